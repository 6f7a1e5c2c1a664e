import { storeConformance } from './index.js';
import { memoryHome } from './memory-home.js';

storeConformance('memory', memoryHome);
