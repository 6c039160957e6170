export { freePort, isPortFree } from './free-port';
export { signal, startGuarded, type GuardedProcess } from './guarded-process';
export { startPostgres, type LocalPostgres } from './postgres';
export { findRedis, startRedis, type LocalRedis } from './redis';
export { endOrphan } from './postgres-orphan';
