export { createMailboxRoutes } from './mailbox.routes';
export { OutgoingMail } from './mail.entity';
export { MailService, type MailboxEntry } from './mail.service';
export { startMailWorker } from './mail.worker';
