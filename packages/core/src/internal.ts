// For Holdfast's own packages. Excluded from semantic versioning.

export * from './adapter.js';
export * from './client/index.js';
export * from './codec/index.js';
export * from './define/index.js';
export * from './engine/index.js';
export * from './errors/index.js';
export * from './memory/index.js';
export * from './replay/index.js';
export * from './time/index.js';
