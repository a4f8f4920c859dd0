# syntax=docker/dockerfile:1
# One image for api, live, control and builder: the same code, another entry point. Build it from the root of the repository:
#   docker build -f deploy/docker/app.Dockerfile --target app .
#   docker build -f deploy/docker/app.Dockerfile --target web .
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG BUILDX_IMAGE=docker/buildx-bin:0.29.1

FROM ${BUILDX_IMAGE} AS buildx

FROM ${NODE_IMAGE} AS build
WORKDIR /src
ENV NEXT_TELEMETRY_DISABLED=1 TURBO_TELEMETRY_DISABLED=1
COPY package.json package-lock.json .npmrc ./
COPY --parents apps/*/package.json libs/*/package.json tools/*/package.json e2e/package.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run generate && npm run build
RUN npm prune --omit=dev

FROM ${NODE_IMAGE} AS app
RUN apt-get update && apt-get install -y --no-install-recommends git openssh-client ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build --chown=root:root /src /app
# Builders read definitions of builds (bake, compose) with it.
COPY --from=buildx /buildx /usr/local/bin/docker-buildx
RUN install -d -o node -g node /var/lib/cooperage/mirrors
USER node
ENV NODE_ENV=production COOPERAGE_MIRROR_ROOT=/var/lib/cooperage/mirrors
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["apps/api/dist/main.api.js"]

FROM ${NODE_IMAGE} AS web
WORKDIR /app
COPY --from=build --chown=root:root /src/apps/web/.next/standalone /app
USER node
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
CMD ["node", "apps/web/server.js"]
