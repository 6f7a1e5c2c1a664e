import { testServer } from '@holdfast/postgres/internal';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
  }
}

export default testServer;
