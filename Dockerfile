# Wirehouse in a container. One image for all: `SERVICES` chooses what a container runs, without it everything.

FROM node:26.10.0-trixie-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No scripts: what we depend on at run time has its binaries in its packages.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:26.10.0-trixie-slim
# A package manager has no business beside a server; Node is all that stays.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /opt/yarn* \
 && mkdir /data && chown 1000:1000 /data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json config.ts moleculer.config.ts ./
COPY contract contract
COPY mixins mixins
COPY repl repl
COPY services services
ENV NODE_ENV=production \
    WIREHOUSE_HOST=0.0.0.0 \
    WIREHOUSE_DATA=/data \
    WIREHOUSE_LOG_FORMAT=json \
    METRICS_PORT=9090
# The base image's `node`, by number: Kubernetes can't know that a name isn't root.
USER 1000:1000
EXPOSE 3000 9090
# Kubernetes has its own probes; this is for whoever runs the image without it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.METRICS_PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1, so SIGTERM reaches it and it drains. It starts no processes, so nobody has to be buried: no tini.
ENTRYPOINT ["node"]
CMD ["node_modules/moleculer/bin/moleculer-runner.mjs", "--config", "moleculer.config.ts", "--mask", "**/*.service.ts", "services"]
