import { storeConformance } from '@holdfast/conformance';
import { appRoleHome } from '../support/homes.js';

storeConformance('postgres, as a role that owns nothing and has the grants of an app', appRoleHome);
