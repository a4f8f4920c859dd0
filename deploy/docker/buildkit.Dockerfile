# The engine of both pools: the official image of BuildKit, with its daemon built from the modules of tools/buildkit and our edits
# (docs/adr/0067), as the launcher builds it (tools/local/src/toolchain/go-tools.ts). Build it from the root of the repository:
#   docker build -f deploy/docker/buildkit.Dockerfile .
# It needs no frontend from a registry, so the three base images are all that it takes from outside beside Go modules.
ARG GO_IMAGE=golang:1.26.8-bookworm
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG BUILDKIT_BASE_IMAGE=moby/buildkit:v0.34.2
ARG BUILDKIT_IMAGE

# An image of somebody's own, as it is. docker-compose.yml takes this target where BUILDKIT_IMAGE is set.
FROM ${BUILDKIT_IMAGE:-scratch} AS given

FROM ${GO_IMAGE} AS modules
ARG GOPROXY=https://proxy.golang.org,direct
ENV GOPROXY=${GOPROXY} GOTOOLCHAIN=local GOPATH=/go
WORKDIR /src
COPY tools/buildkit ./
RUN --mount=type=cache,id=cooperage-buildkit-modules,target=/go go mod vendor

# Where a version of BuildKit has changed at the place of an edit, the build ends here.
FROM ${NODE_IMAGE} AS edited
COPY --from=modules /src /src
COPY tools/local/package.json tools/local/src/toolchain/go-edits.ts tools/local/src/toolchain/source-keys.ts tools/local/src/toolchain/edit-vendored.ts /edits/
RUN node /edits/edit-vendored.ts /src/vendor

FROM ${GO_IMAGE} AS daemon
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOCACHE=/compiled
WORKDIR /src
COPY --from=edited /src ./
RUN --mount=type=cache,id=cooperage-buildkit-compiled,target=/compiled package=github.com/moby/buildkit && version=$(go list -mod=vendor -m -f '{{.Version}}' $package) \
 && go build -mod=vendor -trimpath -buildvcs=false -ldflags="-s -w -X $package/version.Version=$version" -o /daemon/ $package/cmd/buildkitd

FROM ${BUILDKIT_BASE_IMAGE} AS engine
COPY --from=daemon /daemon/buildkitd /usr/bin/buildkitd
