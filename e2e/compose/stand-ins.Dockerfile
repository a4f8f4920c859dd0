# Images that docker-compose.yml takes from outside, as far as a machine without a way to their registries can make them: the same
# programs from Debian's packages, from npm and from Go modules, on a base image that is made on the spot. e2e/src/compose says
# which named contexts it takes. What stands in: PostgreSQL 15 for 18, Redis 7.0 for 8.0, Go of the launcher; registry and buildx are of the
# version that Debian has. The base of BuildKit has no daemon: deploy/docker/buildkit.Dockerfile builds it there, as it does for everybody.
FROM debian:bookworm AS base
RUN echo 'create_main_cluster = false' >/tmp/createcluster.conf \
 && mkdir -p /etc/postgresql-common && cp /tmp/createcluster.conf /etc/postgresql-common/ \
 && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates curl git iproute2 iptables openssh-client postgresql-15 procps redis-server runc wget xz-utils \
 && rm -rf /var/lib/apt/lists/*
# Where the machine trusts an authority of its own for the way out, npm has to.
COPY --from=trust ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt

FROM base AS node
COPY --from=node-program . /usr/local/

FROM base AS go
COPY --from=go-root . /usr/local/go/
ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

FROM base AS postgres
ENV PGDATA=/var/lib/postgresql/18/docker PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN rm -rf /var/lib/postgresql && install -d -o postgres -g postgres -m 1777 /var/lib/postgresql && install -d -o postgres -g postgres -m 3777 /run/postgresql
COPY --chmod=755 postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]

FROM base AS redis
RUN install -d -o redis -g redis /data
VOLUME /data
WORKDIR /data

FROM base AS registry
COPY --from=tools docker-registry /usr/local/bin/registry
COPY registry.yml /etc/docker/registry/config.yml
VOLUME /var/lib/registry
CMD ["registry", "serve", "/etc/docker/registry/config.yml"]

FROM base AS buildkit
COPY --from=go-tools bridge /usr/bin/buildkit-cni-bridge
COPY --from=go-tools host-local /usr/bin/buildkit-cni-host-local
COPY --from=go-tools loopback /usr/bin/buildkit-cni-loopback
COPY --chmod=755 buildctl.sh /usr/bin/buildctl

FROM scratch AS buildx
COPY --from=tools docker-buildx /buildx
