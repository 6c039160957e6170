export { Documents, type DocumentClient, type DocumentRequest, type TrustMode } from './documents';
export { manifestFiles, type ManifestFile, type ManifestSource } from './manifest-source';
export { documentReference, type DocumentReference } from './reference';
export { RegisteredDocuments } from './registered-documents';
