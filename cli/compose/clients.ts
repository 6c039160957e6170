import { manifestFiles, type GatewayOptions } from '../../gateway';
import type { CacheStore } from '../../platform/cache';
import type { Settings } from '../../platform/config';
import type { Logger } from '../../platform/observability';

type ClientOptions = Pick<GatewayOptions, 'cors' | 'trustedProxies' | 'compression' | 'defer' | 'documents'>;

/** How a gateway meets its clients. @param shared where all gateways keep the documents that clients register; `null` for one alone */
export function clientOptions({ clients }: Settings, shared: CacheStore | null, logger: Logger): ClientOptions {
  const { cors, trustedProxies, compression, defer, trustedDocuments, automaticDocuments } = clients;
  const { mode, files } = trustedDocuments;
  return {
    cors,
    trustedProxies,
    compression,
    defer,
    documents: { mode, source: mode === 'off' ? null : manifestFiles(files, logger), mayRegister: automaticDocuments, shared },
  };
}
