// Starts a temporary cluster, says where it is, and ends when told to.
import { startTemporaryCluster } from '../../src/embedded/temporary-cluster.js';

const { dir, url } = await startTemporaryCluster();
process.on('message', () => process.exit());
process.send?.({ dir, url });
