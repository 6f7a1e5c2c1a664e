import { storeConformance } from '@holdfast/conformance';
import { pgliteHome } from './support/homes.js';

storeConformance('pglite', pgliteHome);
