// For the main module of a transport's receiving process. Does not load Vitest.
export {
  type Receiver,
  type Receiving,
  runTransportWorker,
  type TransportWorker,
} from './transport/worker.js';
