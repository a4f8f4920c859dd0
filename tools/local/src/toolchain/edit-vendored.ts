import { editVendored } from './go-edits.ts';

/** Makes our edits in a folder of vendored modules, for the image of `deploy/docker/buildkit.Dockerfile`: `node edit-vendored.ts VENDOR`. */
const [vendor] = process.argv.slice(2);
if (!vendor) throw new Error('usage: node edit-vendored.ts VENDOR');
editVendored(vendor);
