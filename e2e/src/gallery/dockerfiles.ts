// What the builds of the gallery are made of: small, but with everything that a page has to show.

export const succeeding = `FROM busybox:latest AS tools
RUN echo "checking the staves" && seq 1 40 | sed 's/^/stave /' && printf '\\033[32mall sound\\033[0m\\n'

FROM tools AS cask
COPY word.txt /etc/word.txt
RUN cat /etc/word.txt && for i in $(seq 1 8); do printf "\\rhoop $i of 8"; sleep 0.03; done; echo

FROM cask
LABEL org.example.flavour=oak
USER 1000
ENTRYPOINT ["/bin/cat", "/etc/word.txt"]
`;

export const failing = `FROM busybox:latest
WORKDIR /src
COPY word.txt word.txt
RUN echo "resolving 214 packages" && seq 1 60 | sed 's/^/fetched package /'
RUN seq 1 30 | sed 's/^/compiled src\\/part-/'; printf '\\033[31msrc/api.ts(12,7): error TS2322: Type "string" is not assignable to type "number".\\033[0m\\n' >&2; exit 2
`;

export const unreadable = `FROM busybox:latest
RUNN echo "a word too many"
`;

export const ticking = `FROM busybox:latest
RUN echo begun; for i in $(seq 1 3000); do echo "tick $i"; sleep 0.5; done
`;

/** With a frontend in its first line, and words that the builder would write otherwise. */
export const noted = `# syntax=docker/dockerfile:1
from busybox:latest as keg
ARG WOOD
COPY word.txt /etc/word.txt
COPY --from=hoops hoop.txt /etc/hoop.txt
COPY --from=bung /bung.txt /etc/bung.txt
RUN echo "$WOOD" && cat /etc/hoop.txt
`;

/** How the file above is built. */
export const bake = `variable "WOOD" { default = "oak" }
target "keg" {
  context = "keg"
  dockerfile = "../Dockerfile"
  args = { WOOD = upper(WOOD) }
  contexts = { hoops = "./hoops", bung = "target:bung" }
  tags = ["example.test/keg:latest"]
  output = ["type=registry"]
}
target "bung" {
  dockerfile-inline = "FROM busybox:latest\\nRUN echo cork > /bung.txt"
}
`;
