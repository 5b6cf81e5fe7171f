// Loaded before an entry (node --import) that the launcher runs: when the launcher dies without a word, its children stop too.
if (process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
