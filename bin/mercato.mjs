#!/usr/bin/env node
// `npx mercato ...` in a checkout: installs and builds what is missing, then runs the command.
import '../cli/start.mjs';
