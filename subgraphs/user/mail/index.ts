export { createMailboxRoutes } from './mailbox.routes';
export { OutgoingMail } from './mail.entity';
export { MailService, type MailboxEntry } from './mail.service';
export type { MailData, MailTemplate } from './mail.templates';
export { startMailWorker } from './mail.worker';
