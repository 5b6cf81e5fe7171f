#!/usr/bin/env bash
# run.sh N [CONCURRENCY]: N recipients through BullMQ; needs DATABASE_URL, PROVIDER_URL and MAIL. Starts its own Redis and worker, and stops them.
# Debian package: redis-server. Its npm packages are installed into this folder when it runs for the first time.
set -euo pipefail
cd "$(dirname "$0")"
count=${1:?how many recipients}
export CONCURRENCY=${2:-300} REDIS_PORT=6392
command -v redis-server >/dev/null || { echo "redis-server: not found" >&2; exit 3; }
[ -d node_modules/bullmq ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel error >&2
redis-server --port $REDIS_PORT --save '' --appendonly no >/dev/null & redis=$!
ready=$(mktemp)
node worker.mjs >"$ready" & worker=$!
trap 'kill $worker 2>/dev/null || true; wait $worker 2>/dev/null || true; kill $redis 2>/dev/null || true; wait $redis 2>/dev/null || true; rm -f "$ready"' EXIT
for _ in $(seq 100); do grep -q ready "$ready" && break; sleep 0.1; done
node drive.mjs "$count"
