import { library } from '../../tsdown.shared.ts';

export default library(['index', 'crash-worker', 'transport-worker', 'kafka-broker'], ['esm']);
