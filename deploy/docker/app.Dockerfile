# One image for api, live, control and builder: the same code, another entry point. Build it from the root of the repository:
#   docker build -f deploy/docker/app.Dockerfile --target app .
#   docker build -f deploy/docker/app.Dockerfile --target web .
# It needs no frontend from a registry, so both base images are all that it takes from outside beside packages.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG BUILDX_IMAGE=docker/buildx-bin:0.29.1

FROM ${BUILDX_IMAGE} AS buildx

# What npm reads. It changes seldom, and only then are packages installed anew.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /src
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete && find . -type d -empty -delete

FROM ${NODE_IMAGE} AS build
WORKDIR /src
ENV NEXT_TELEMETRY_DISABLED=1 TURBO_TELEMETRY_DISABLED=1
COPY --from=manifests /src ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run generate && npx turbo run build --filter='./apps/*' --output-logs=errors-only

# Without what only makes and tests it.
FROM build AS server
RUN npm prune --omit=dev && rm -rf apps/web/.next node_modules/.cache .turbo

FROM ${NODE_IMAGE} AS app
RUN apt-get update && apt-get install -y --no-install-recommends git openssh-client ca-certificates tini && rm -rf /var/lib/apt/lists/*
# Users that the host has not: they may write to control groups, and 1000 may be a person. The second is the untrusted builder's.
RUN groupadd --gid 10001 cooperage && useradd --uid 10001 --gid 10001 --create-home cooperage \
 && groupadd --gid 10002 cooperage-untrusted && useradd --uid 10002 --gid 10002 --create-home cooperage-untrusted \
 && install -d -o cooperage -g cooperage /var/lib/cooperage/mirrors \
 && install -d -o cooperage-untrusted -g cooperage-untrusted /var/lib/cooperage/untrusted-mirrors
WORKDIR /app
COPY --from=server --chown=root:root /src /app
# Builders read definitions of builds (bake, compose) with it.
COPY --from=buildx /buildx /usr/local/bin/docker-buildx
USER cooperage
ENV NODE_ENV=production COOPERAGE_MIRROR_ROOT=/var/lib/cooperage/mirrors
# Node waits for its own children only. What a killed git leaves behind would stay as zombies, and they count for pids_limit.
ENTRYPOINT ["tini", "--", "node", "--enable-source-maps"]
CMD ["apps/api/dist/main.api.js"]

FROM ${NODE_IMAGE} AS web
WORKDIR /app
COPY --from=build --chown=root:root /src/apps/web/.next/standalone /app
USER 10001:10001
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
CMD ["node", "apps/web/guarded-server.mjs"]
