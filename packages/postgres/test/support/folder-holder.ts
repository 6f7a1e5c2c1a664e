// A process that keeps a folder locked: node folder-holder.ts dir
import { lockFolder } from '../../src/pglite/folder-lock.js';

await lockFolder(process.argv[2]!);
process.send!('locked');
setInterval(() => undefined, 1000);
