import type { GatewayOptions } from '../../gateway';

export type JsonWebKeySet = Awaited<ReturnType<GatewayOptions['keySource']>>;

/** Loads a part of the system that may not have been built yet; `null` when its folder has no index. */
export function loadPart<T>(load: () => unknown): T | null {
  try {
    return load() as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' && /Cannot find module '\.\.?\//.test(message)) return null;
    throw error;
  }
}
