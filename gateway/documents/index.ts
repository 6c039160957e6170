export { Documents, type DocumentRequest, type TrustMode } from './documents';
export { manifestFiles, type ManifestSource } from './manifest-source';
export { documentReference, type DocumentReference } from './reference';
export { RegisteredDocuments } from './registered-documents';
