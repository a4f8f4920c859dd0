#!/bin/sh
# buildctl --addr unix://SOCKET debug workers: whether the engine serves, by gRPC's health check.
set -eu
socket=${2#unix://}
head -c 5 /dev/zero | curl -sS --http2-prior-knowledge --unix-socket "$socket" --max-time 4 -o /dev/null -D - \
  -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- http://localhost/grpc.health.v1.Health/Check |
  tr -d '\r' | grep -qx 'grpc-status: 0'
