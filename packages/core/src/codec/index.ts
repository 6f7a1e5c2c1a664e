export { type Codec, createCodec, type Encoded, UNDEFINED } from './codec.js';
export type { Constructor } from './intrinsics.js';
export { ClassRegistry, type Recipe } from './registry.js';
