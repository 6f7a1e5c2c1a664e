export { type CrashConformance, crashConformance } from './crash/index.js';
export { type DocumentedProgram, examplesOf, runProgram } from './documents/run-program.js';
export {
  type Ground,
  type MakeOrm,
  type Orm,
  type OrmConformance,
  type OrmPlace,
  ormConformance,
} from './orm/index.js';
export {
  type Observation,
  type Observe,
  queueLoadConformance,
  type WatchedStore,
} from './queue-load/index.js';
export { type StoreHome, storeConformance } from './store/index.js';
export {
  type Delivery,
  type Outside,
  type Poison,
  type TransportConformance,
  transportConformance,
} from './transport/index.js';
