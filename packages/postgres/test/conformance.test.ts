import { storeConformance } from '@holdfast/conformance';
import { poolHome, postgresHome } from './support/homes.js';

storeConformance('postgres', () => postgresHome());
storeConformance('postgres, by a pool of the user', poolHome);
storeConformance('postgres, in a schema whose name needs quoting', () => postgresHome('we"ird Nä\\\'me'));
