export { ANCHOR_SCHEDULE, anchorJob } from './anchor.job';
export { anchorChains } from './audit-anchors';
export { actorOf, bodyOf, chainOf, ERASED_EMAIL, sealedReason, type AuditActor } from './audit-entry';
export { audit, auditSetting, AuditService, type AuditPageKey, type AuditRow } from './audit.service';
export { verifyAudit, verifySnapshot, type AuditVerdict, type VerifyOptions } from './verify-audit';
