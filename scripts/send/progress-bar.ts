import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from './follow.ts';

const LINE_EVERY_MS = 1_000;
const number = new Intl.NumberFormat('en-US');

/** "4,812 of 5,000 sent · 61 retrying · 22 failed": what is nothing is left out. */
function progressText(progress: Progress): string {
  const parts = [`${number.format(progress.sent)} of ${number.format(progress.total)} sent`];
  for (const status of ['retrying', 'unknown', 'failed', 'suppressed', 'cancelled'] as const) {
    if (progress[status] > 0) parts.push(`${number.format(progress[status])} ${status}`);
  }
  if (progress.status === 'PAUSED') parts.push('paused');
  return parts.join(' · ');
}

/** A bar on a terminal, else a line a second while something changes. */
export function drawProgress(out: NodeJS.WriteStream): { show(progress: Progress): void; end(): void } {
  return out.isTTY ? bar(out) : lines(out);
}

function bar(stream: NodeJS.WriteStream) {
  let drawn: SingleBar | undefined;
  return {
    show(progress: Progress) {
      const done = progress.sent + progress.failed + progress.suppressed + progress.cancelled;
      if (!drawn) {
        drawn = new SingleBar({ format: '{bar} {percentage} %  {text}', stream, hideCursor: true, barsize: 30 }, Presets.shades_classic);
        drawn.start(progress.total, done, { text: progressText(progress) });
      }
      drawn.setTotal(progress.total);
      drawn.update(done, { text: progressText(progress) });
    },
    end: () => drawn?.stop(),
  };
}

function lines(stream: NodeJS.WriteStream) {
  let last: Progress | undefined;
  let printed = '';
  let timer: NodeJS.Timeout | undefined;
  const print = () => {
    timer = undefined;
    const text = last ? progressText(last) : printed;
    if (text !== printed) stream.write(`${text}\n`);
    printed = text;
  };
  return {
    show(progress: Progress) {
      last = progress;
      timer ??= setTimeout(print, LINE_EVERY_MS);
    },
    end() {
      clearTimeout(timer);
      print();
    },
  };
}
