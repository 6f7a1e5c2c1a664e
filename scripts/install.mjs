// Installs what the lockfile says, with the pnpm that package.json names.
import { install } from './workspace.mjs';

install();
