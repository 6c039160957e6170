import './compile-cache';
import 'reflect-metadata';
import { silenceVendorTelemetry, SettingsError } from '../platform/config';
import { CommandError, complain } from './print';
import { createProgram } from './program';

silenceVendorTelemetry();

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    const isForThePerson = error instanceof CommandError || error instanceof SettingsError;
    complain(
      isForThePerson
        ? `mercato: ${error.message}`
        : `mercato: unexpected failure\n${error instanceof Error ? error.stack : String(error)}`,
    );
    process.exit(1);
  });
