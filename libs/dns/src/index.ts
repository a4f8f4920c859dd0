export { type NameOptions, Names, publicNames } from './names.js';
