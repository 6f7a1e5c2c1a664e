// For Holdfast's own packages. Excluded from semantic versioning.

export { checkpoints, checkpointsIn } from './checkpoints.js';
export { plainResult } from './driver-result.js';
export { driverState } from './driver-state.js';
export { startEmbedded } from './embedded/embedded.js';
export {
  startTemporaryCluster,
  type TemporaryCluster,
  type TemporaryClusterOptions,
} from './embedded/temporary-cluster.js';
export type { Difference, Drift } from './inspection/drift.js';
export { type Inspector, inspectorOf, type TablesLevel } from './inspection/inspector.js';
export type { OpenTransaction } from './sql/inspection/transactions.js';
export { createTestDatabase, type TestDatabase, testServer } from './testing/test-database.js';
export { startWireProxy, type WireProxy } from './testing/wire-proxy.js';
export { isConnectionLost, isSerializationFailure, isTransientPostgres } from './transient.js';
