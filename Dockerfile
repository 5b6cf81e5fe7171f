# One image for web, worker and migrations; docker-compose.yml shows them together.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /rollcall
COPY package.json package-lock.json ./

FROM base AS build
# No package runs a program of its own but esbuild, which makes its binary ready.
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund && npm rebuild --ignore-scripts=false esbuild
COPY . .
RUN npm run build

FROM base AS dependencies
# The optional packages are the embedded PostgreSQL and a Node of their own: neither is needed here.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM base
# `npm run backup` and `npm run restore` need client programs as new as docker-compose.yml's server, newer than those of Debian itself.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates postgresql-common \
  && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
  && apt-get install --yes --no-install-recommends postgresql-client-18 \
  && rm -rf /var/lib/apt/lists/*
# A container is reached over its network only. npm, by which commands are called, writes nowhere but to /tmp.
ENV NODE_ENV=production HOST=0.0.0.0 NPM_CONFIG_CACHE=/tmp/npm NPM_CONFIG_UPDATE_NOTIFIER=false
COPY --from=dependencies /rollcall/node_modules ./node_modules
COPY --from=build /rollcall/build ./build
COPY server.ts worker.ts ./
COPY app ./app
COPY db ./db
COPY tasks ./tasks
COPY scripts ./scripts
RUN mkdir .data backups spool && chown node:node .data backups spool
USER node
VOLUME ["/rollcall/.data", "/rollcall/backups"]
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself is what gets SIGTERM; the shell form and npm would stand between.
CMD ["node", "server.ts"]
