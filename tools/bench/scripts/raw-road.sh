#!/bin/sh
# The road without this product, as a CI job would have it: clone, build and push with a registry cache, sign, attest.
# Everything comes from the environment; nothing is left out and nothing is added that only slows it down.
set -eu

git clone --quiet --depth 1 --branch "$BRANCH" "$GIT_URL" "$WORK/source"
commit=$(git -C "$WORK/source" rev-parse HEAD)

"$BUILDX" build --push --provenance=false --tag "$IMAGE:$BRANCH" \
  --cache-from "type=registry,ref=$IMAGE:cache" \
  --cache-to "type=registry,ref=$IMAGE:cache,mode=max,image-manifest=true,oci-mediatypes=true" \
  --metadata-file "$WORK/metadata.json" "$WORK/source"
digest=$(sed -n 's/.*"containerimage.digest": "\(sha256:[0-9a-f]*\)".*/\1/p' "$WORK/metadata.json")

"$COSIGN" sign --yes --key "$COSIGN_KEY" --signing-config "$SIGNING_CONFIG" --trusted-root "$TRUSTED_ROOT" "$IMAGE@$digest"

cat >"$WORK/predicate.json" <<END
{
  "buildDefinition": {
    "buildType": "https://example.test/build-types/script/v1",
    "externalParameters": { "source": { "uri": "git+$GIT_URL", "digest": { "gitCommit": "$commit" } } },
    "resolvedDependencies": [{ "uri": "git+$GIT_URL", "digest": { "gitCommit": "$commit" } }]
  },
  "runDetails": { "builder": { "id": "https://example.test/builders/script/v1" } }
}
END
"$COSIGN" attest --yes --key "$COSIGN_KEY" --signing-config "$SIGNING_CONFIG" --trusted-root "$TRUSTED_ROOT" \
  --type slsaprovenance1 --predicate "$WORK/predicate.json" "$IMAGE@$digest"

printf '%s\n' "$digest" >"$WORK/digest"
