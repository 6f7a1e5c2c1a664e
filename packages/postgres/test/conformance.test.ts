import { storeConformance } from '@holdfast/conformance';
import { fullHome, poolHome, postgresHome } from './support/homes.js';

storeConformance('postgres', () => postgresHome());
storeConformance('postgres, by a pool of the user', poolHome);
storeConformance('postgres, with nothing written plainly, in a schema whose name needs quoting', () =>
  fullHome('we"ird Nä\\\'me'),
);
