import { testServer } from '../src/testing/test-database.js';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
  }
}

export default testServer;
