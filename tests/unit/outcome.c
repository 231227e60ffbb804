/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcome: what servers say, as they say it, and what it means; the times of further attempts */
#include "transport/outcome.h"

#include <string.h>

#define SENT    OUTCOME_SENT, BLAME_RECIPIENT, REMEDY_NONE
#define UNKNOWN OUTCOME_UNKNOWN, BLAME_RELAY, REMEDY_NONE
#define NEVER   OUTCOME_PERMANENT, BLAME_RECIPIENT, REMEDY_NONE
#define LATER   OUTCOME_TEMPORARY, BLAME_RECIPIENT, REMEDY_NONE
#define GREY    OUTCOME_TEMPORARY, BLAME_RECIPIENT, REMEDY_GREYLISTED
#define SLOWER  OUTCOME_TEMPORARY, BLAME_DOMAIN, REMEDY_SLOWER
#define HOLD    OUTCOME_TEMPORARY, BLAME_DOMAIN, REMEDY_HOLD
#define DOMAIN  OUTCOME_TEMPORARY, BLAME_DOMAIN, REMEDY_NONE
#define RELAY   OUTCOME_TEMPORARY, BLAME_RELAY, REMEDY_NONE

typedef struct {
    Phase phase;
    int code;
    const char *text;
    OutcomeKind kind;
    OutcomeBlame blame;
    OutcomeRemedy remedy;
    const char *status;
} ReplyRow;

static const ReplyRow replies[] = {
    /* Postfix */
    {PHASE_END, 250, "2.0.0 Ok: queued as 4Bq1Zk0PmZz9s2", SENT, "2.0.0"},
    {PHASE_CONNECT, 421, "4.3.2 All server ports are busy", RELAY, "4.3.2"},
    {PHASE_CONNECT, 421, "4.7.0 relay.example Error: too many connections from 192.0.2.7", RELAY,
     "4.7.0"},
    {PHASE_CONNECT, 554,
     "5.7.1 Service unavailable; client [192.0.2.7] blocked using dnsbl.example", RELAY, "5.7.1"},
    {PHASE_EHLO, 550, "5.7.1 <host.example>: Helo command rejected: Access denied", RELAY, "5.7.1"},
    {PHASE_STARTTLS, 454, "4.7.0 TLS not available due to local problem", RELAY, "4.7.0"},
    {PHASE_AUTH, 535, "5.7.8 Error: authentication failed: UGFzc3dvcmQ6", RELAY, "5.7.8"},
    {PHASE_AUTH, 454,
     "4.7.0 Temporary authentication failure: Connection lost to authentication server", RELAY,
     "4.7.0"},
    {PHASE_MAIL, 530, "5.7.0 Must issue a STARTTLS command first", RELAY, "5.7.0"},
    {PHASE_MAIL, 452, "4.3.1 Insufficient system storage", RELAY, "4.3.1"},
    {PHASE_MAIL, 450, "4.7.1 Error: too much mail from 192.0.2.7", RELAY, "4.7.1"},
    {PHASE_MAIL, 552, "5.3.4 Message size exceeds fixed limit", NEVER, "5.3.4"},
    {PHASE_MAIL, 501, "5.1.7 Bad sender address syntax", RELAY, "5.1.7"},
    {PHASE_MAIL, 503, "5.5.1 Error: nested MAIL command", RELAY, "5.5.1"},
    {PHASE_MAIL, 555, "5.5.4 Unsupported option: RET=HDRS", RELAY, "5.5.4"},
    {PHASE_RCPT, 550,
     "5.1.1 <p@stadt.example>: Recipient address rejected: User unknown in virtual mailbox table",
     NEVER, "5.1.1"},
    {PHASE_RCPT, 550,
     "5.1.1 <p@stadt.example>: Recipient address rejected: undeliverable address: host "
     "mx.stadt.example[192.0.2.9] said: 550 5.1.1 User unknown (in reply to RCPT TO command)",
     NEVER, "5.1.1"},
    {PHASE_RCPT, 450,
     "4.1.1 <p@stadt.example>: Recipient address rejected: unverified address: Address "
     "verification in progress",
     LATER, "4.1.1"},
    {PHASE_RCPT, 450, "4.1.2 <p@stadt.example>: Recipient address rejected: Domain not found",
     LATER, "4.1.2"},
    {PHASE_RCPT, 501, "5.1.3 Bad recipient address syntax", NEVER, "5.1.3"},
    {PHASE_RCPT, 556,
     "5.1.10 <p@nullmx.example>: Recipient address rejected: Domain nullmx.example does not accept "
     "mail (nullMX)",
     NEVER, "5.1.10"},
    {PHASE_RCPT, 504, "5.5.2 <p@stadt>: Recipient address rejected: need fully-qualified address",
     NEVER, "5.5.2"},
    {PHASE_RCPT, 554, "5.7.1 <p@stadt.example>: Relay access denied", RELAY, "5.7.1"},
    {PHASE_RCPT, 454, "4.7.1 <p@stadt.example>: Relay access denied", RELAY, "4.7.1"},
    {PHASE_RCPT, 554, "5.7.1 <p@stadt.example>: Recipient address rejected: Access denied", NEVER,
     "5.7.1"},
    {PHASE_RCPT, 553, "5.7.1 <netz@netz.example>: Sender address rejected: not owned by user netz",
     RELAY, "5.7.1"},
    {PHASE_RCPT, 553, "5.7.1 <netz@netz.example>: Sender address rejected: not logged in", RELAY,
     "5.7.1"},
    {PHASE_RCPT, 450, "4.1.8 <netz@netz.example>: Sender address rejected: Domain not found", RELAY,
     "4.1.8"},
    {PHASE_RCPT, 550, "5.1.8 <netz@netz.example>: Sender address rejected: Domain not found", RELAY,
     "5.1.8"},
    {PHASE_RCPT, 504, "5.5.2 <netz>: Sender address rejected: need fully-qualified address", RELAY,
     "5.5.2"},
    {PHASE_RCPT, 450, "4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]", HOLD,
     "4.7.25"},
    {PHASE_RCPT, 450, "4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]",
     HOLD, "4.7.1"},
    {PHASE_RCPT, 554,
     "5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; "
     "https://www.spamhaus.org/query/ip/192.0.2.7",
     HOLD, "5.7.1"},
    {PHASE_RCPT, 554, "5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied", HOLD,
     "5.7.1"},
    {PHASE_RCPT, 450, "4.7.1 <host>: Helo command rejected: Host not found", HOLD, "4.7.1"},
    {PHASE_RCPT, 450, "4.7.1 Error: too many recipients from 192.0.2.7", SLOWER, "4.7.1"},
    {PHASE_RCPT, 452, "4.5.3 Error: too many recipients", SLOWER, "4.5.3"},
    {PHASE_RCPT, 421, "4.7.0 relay.example Error: too many errors", SLOWER, "4.7.0"},
    {PHASE_RCPT, 450, "4.3.2 Service currently unavailable", GREY, "4.3.2"},
    {PHASE_RCPT, 451, "4.3.0 <p@stadt.example>: Temporary lookup failure", LATER, "4.3.0"},
    {PHASE_RCPT, 451, "4.3.5 Server configuration error", DOMAIN, "4.3.5"},
    {PHASE_DATA, 554, "5.5.1 Error: no valid recipients", RELAY, "5.5.1"},
    {PHASE_DATA, 503, "5.5.1 Error: need RCPT command", RELAY, "5.5.1"},
    {PHASE_END, 451, "4.3.0 Error: queue file write error", LATER, "4.3.0"},
    {PHASE_END, 452, "4.3.1 Error: queue file write error", DOMAIN, "4.3.1"},
    {PHASE_END, 451, "4.7.1 Service unavailable - try again later", GREY, "4.7.1"},
    {PHASE_END, 554, "5.4.0 Error: too many hops", NEVER, "5.4.0"},
    {PHASE_END, 550, "5.7.1 Command rejected", NEVER, "5.7.1"},
    {PHASE_END, 421, "4.4.2 relay.example Error: timeout exceeded", RELAY, "4.4.2"},

    /* Exim */
    {PHASE_END, 250, "OK id=1rTzQy-0003Xc-2p", SENT, ""},
    {PHASE_CONNECT, 421, "Too many concurrent SMTP connections; please try again later.", RELAY,
     ""},
    {PHASE_RCPT, 550, "Unrouteable address", NEVER, ""},
    {PHASE_RCPT, 550, "relay not permitted", RELAY, ""},
    {PHASE_RCPT, 550, "Verification failed for <netz@netz.example> Sender verify failed", HOLD, ""},
    {PHASE_RCPT, 451, "Temporary local problem - please try later", LATER, ""},
    {PHASE_RCPT, 550, "authentication required", RELAY, ""},
    {PHASE_RCPT, 550, "Administrative prohibition", NEVER, ""},
    {PHASE_RCPT, 503, "valid RCPT command must precede DATA", RELAY, ""},
    {PHASE_END, 550, "This message was classified as SPAM and may not be delivered", NEVER, ""},
    {PHASE_END, 552, "Message size exceeds maximum permitted", NEVER, ""},
    {PHASE_END, 421, "relay.example lost input connection", RELAY, ""},

    /* Sendmail */
    {PHASE_CONNECT, 421, "4.3.2 Connection rate limit exceeded.", RELAY, "4.3.2"},
    {PHASE_RCPT, 421, "4.3.2 Too many open connections.", SLOWER, "4.3.2"},
    {PHASE_RCPT, 550, "5.1.1 <p@stadt.example>... User unknown", NEVER, "5.1.1"},
    {PHASE_RCPT, 550,
     "5.7.1 <p@stadt.example>... Relaying denied. IP name lookup failed [192.0.2.7]", RELAY,
     "5.7.1"},
    {PHASE_MAIL, 553,
     "5.1.8 <netz@netz.example>... Domain of sender address netz@netz.example does not exist",
     RELAY, "5.1.8"},
    {PHASE_RCPT, 550, "5.7.1 Access denied", HOLD, "5.7.1"},
    {PHASE_MAIL, 452, "4.4.5 Insufficient disk space; try again later", RELAY, "4.4.5"},
    {PHASE_RCPT, 452, "4.4.5 Insufficient disk space; try again later", DOMAIN, "4.4.5"},
    {PHASE_MAIL, 552, "5.2.3 Message size exceeds fixed maximum message size (10485760)", NEVER,
     "5.2.3"},
    {PHASE_END, 554,
     "5.4.6 Too many hops 26 (25 max): from <netz@netz.example> via relay.example, to "
     "<p@stadt.example>",
     NEVER, "5.4.6"},
    {PHASE_RCPT, 450, "4.4.0 <p@stadt.example>... stadt.example: Name server timeout", DOMAIN,
     "4.4.0"},

    /* qmail */
    {PHASE_RCPT, 553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", RELAY,
     "5.7.1"},
    {PHASE_RCPT, 553, "sorry, your envelope sender is in my badmailfrom list (#5.7.1)", HOLD,
     "5.7.1"},
    {PHASE_RCPT, 550, "sorry, no mailbox here by that name (#5.1.1 - chkuser)", NEVER, "5.1.1"},
    {PHASE_END, 552, "sorry, that message size exceeds my databytes limit (#5.3.4)", NEVER,
     "5.3.4"},
    {PHASE_END, 451, "qq trouble in home directory (#4.3.0)", LATER, "4.3.0"},
    {PHASE_CONNECT, 421, "unable to read controls (#4.3.0)", RELAY, "4.3.0"},

    /* Cyrus, Dovecot */
    {PHASE_RCPT, 550,
     "Mailbox unknown. Either there is no mailbox associated with this name or you do not have "
     "authorization to see it. 5.1.1 User unknown",
     NEVER, "5.1.1"},
    {PHASE_RCPT, 452, "4.2.2 Over quota", LATER, "4.2.2"},
    {PHASE_RCPT, 550, "5.1.1 <p@stadt.example> User doesn't exist: p@stadt.example", NEVER,
     "5.1.1"},
    {PHASE_END, 552, "5.2.2 <p@stadt.example> Quota exceeded (mailbox for user is full)", NEVER,
     "5.2.2"},
    {PHASE_END, 451,
     "4.2.0 <p@stadt.example> Internal error occurred. Refer to server log for more information.",
     LATER, "4.2.0"},

    /* greylisting */
    {PHASE_RCPT, 450,
     "4.2.0 <p@stadt.example>: Recipient address rejected: Greylisted, see "
     "http://postgrey.example/help/stadt.example.html",
     GREY, "4.2.0"},
    {PHASE_RCPT, 450,
     "4.7.1 <p@stadt.example>: Recipient address rejected: Greylisted for 5 minutes", GREY,
     "4.7.1"},
    {PHASE_RCPT, 451, "4.7.1 Greylisting in action, please come back in 00:05:00", GREY, "4.7.1"},
    {PHASE_RCPT, 451, "4.7.1 Please try again later", GREY, "4.7.1"},
    {PHASE_END, 451, "4.7.1 Try again later", GREY, "4.7.1"},
    {PHASE_RCPT, 450, "Greylisted for 300 seconds", GREY, ""},
    {PHASE_RCPT, 451, "Resources temporarily unavailable. Please try again later [graylisted]",
     GREY, ""},
    {PHASE_RCPT, 421, "Your address has been graylisted. Try again later.", GREY, ""},
    {PHASE_RCPT, 450,
     "Recipient address rejected: Policy Rejection: Greylisting - Please try later.", GREY, ""},
    {PHASE_RCPT, 451, "4.3.2 Please try again later (grey-listed)", GREY, "4.3.2"},
    {PHASE_RCPT, 451, "DT:SPM mx14, please try again", GREY, ""},

    /* Gmail */
    {PHASE_END, 250, "2.0.0 OK  1764547200 a640c23a62f3a-b76f51 - gsmtp", SENT, "2.0.0"},
    {PHASE_RCPT, 550,
     "5.1.1 The email account that you tried to reach does not exist. Please try 5.1.1 "
     "double-checking the recipient's email address for typos or 5.1.1 unnecessary spaces. For "
     "more information, go to 5.1.1  https://support.google.com/mail/?p=NoSuchUser "
     "a640c23a62f3a-b76f51 - gsmtp",
     NEVER, "5.1.1"},
    {PHASE_RCPT, 550,
     "5.2.1 The email account that you tried to reach is inactive. "
     "https://support.google.com/mail/?p=DisabledUser - gsmtp",
     NEVER, "5.2.1"},
    {PHASE_RCPT, 552,
     "5.2.2 The recipient's inbox is out of storage space. "
     "https://support.google.com/mail/?p=OverQuotaPerm - gsmtp",
     NEVER, "5.2.2"},
    {PHASE_RCPT, 452,
     "4.2.2 The recipient's inbox is out of storage space. "
     "https://support.google.com/mail/?p=OverQuotaTemp - gsmtp",
     LATER, "4.2.2"},
    {PHASE_RCPT, 450,
     "4.2.1 The user you are trying to contact is receiving mail too quickly. 4.2.1 Please resend "
     "your message at a later time. - gsmtp",
     LATER, "4.2.1"},
    {PHASE_RCPT, 450,
     "4.2.1 The user you are trying to contact is receiving mail at a rate that 4.2.1 prevents "
     "additional messages from being delivered. - gsmtp",
     LATER, "4.2.1"},
    {PHASE_END, 421,
     "4.7.28 Gmail has detected an unusual rate of unsolicited mail originating 4.7.28 from your "
     "IP address. To protect our users from spam, mail sent from your 4.7.28 IP address has been "
     "temporarily rate limited. - gsmtp",
     SLOWER, "4.7.28"},
    {PHASE_END, 421,
     "4.7.0 Our system has detected an unusual rate of unsolicited mail originating from your IP "
     "address. - gsmtp",
     SLOWER, "4.7.0"},
    {PHASE_END, 550,
     "5.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP "
     "address. To protect our users from spam, mail sent from your IP address has been blocked. - "
     "gsmtp",
     HOLD, "5.7.28"},
    {PHASE_END, 550,
     "5.7.26 Your email has been blocked because the sender is unauthenticated. 5.7.26 Gmail "
     "requires all senders to authenticate with either SPF or DKIM. - gsmtp",
     HOLD, "5.7.26"},
    {PHASE_END, 421,
     "4.7.26 Your email has been rate limited because it is unauthenticated. Gmail 4.7.26 requires "
     "all senders to authenticate with either SPF or DKIM. - gsmtp",
     HOLD, "4.7.26"},
    {PHASE_END, 550,
     "5.7.25 The IP address sending this message does not have a PTR record setup, or the "
     "corresponding forward DNS entry does not point to the sending IP. - gsmtp",
     HOLD, "5.7.25"},
    {PHASE_END, 550,
     "5.7.1 [192.0.2.7      18] Gmail has detected that this message is likely 5.7.1 suspicious "
     "due to the very low reputation of the sending IP address. - gsmtp",
     HOLD, "5.7.1"},
    {PHASE_END, 550,
     "5.7.1 [192.0.2.7      12] Our system has detected that this message is 5.7.1 likely "
     "unsolicited mail. To reduce the amount of spam sent to Gmail, 5.7.1 this message has been "
     "blocked. - gsmtp",
     NEVER, "5.7.1"},
    {PHASE_END, 552,
     "5.7.0 This message was blocked because its content presents a potential security issue. "
     "https://support.google.com/mail/?p=BlockedMessage - gsmtp",
     NEVER, "5.7.0"},
    {PHASE_END, 552, "5.3.4 Your message exceeded Google's message size limits. - gsmtp", NEVER,
     "5.3.4"},
    {PHASE_RCPT, 421, "4.7.0 Temporary System Problem. Try again later (10). - gsmtp", DOMAIN,
     "4.7.0"},
    {PHASE_RCPT, 421, "4.7.0 TLS required for RCPT domain, closing connection. - gsmtp", HOLD,
     "4.7.0"},
    {PHASE_RCPT, 421, "4.7.0 IP not in whitelist for RCPT domain, closing connection. - gsmtp",
     HOLD, "4.7.0"},
    {PHASE_RCPT, 421, "4.4.5 Server busy, try again later. - gsmtp", SLOWER, "4.4.5"},
    {PHASE_END, 451, "4.3.0 Mail server temporarily rejected message. - gsmtp", LATER, "4.3.0"},
    {PHASE_RCPT, 550, "5.4.5 Daily user sending limit exceeded. - gsmtp", RELAY, "5.4.5"},
    {PHASE_AUTH, 534, "5.7.9 Application-specific password required. - gsmtp", RELAY, "5.7.9"},
    {PHASE_MAIL, 553, "5.6.7 Address requires SMTPUTF8. - gsmtp", NEVER, "5.6.7"},

    /* Exchange, Microsoft 365, Outlook.com */
    {PHASE_RCPT, 550,
     "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", NEVER,
     "5.1.10"},
    {PHASE_RCPT, 550,
     "5.4.1 Recipient address rejected: Access denied. "
     "[AM6EUR05FT003.eop-eur05.prod.protection.outlook.com]",
     NEVER, "5.4.1"},
    {PHASE_RCPT, 550, "5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", NEVER,
     "5.5.0"},
    {PHASE_END, 554, "5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", NEVER,
     "5.2.2"},
    {PHASE_RCPT, 550,
     "5.2.122 The recipient has exceeded their limit for the number of messages they can receive "
     "per hour.",
     NEVER, "5.2.122"},
    {PHASE_END, 550,
     "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery "
     "restriction check failed because the sender was not authenticated when sending to this group",
     NEVER, "5.7.133"},
    {PHASE_END, 550,
     "5.7.134 RESOLVER.RST.SenderNotAuthenticatedForMailbox; authentication required", NEVER,
     "5.7.134"},
    {PHASE_END, 550, "5.7.1 RESOLVER.RST.AuthRequired; authentication required", NEVER, "5.7.1"},
    {PHASE_END, 550, "5.7.124 RESOLVER.RST.NotInGroup; sender not in allowed-senders list", NEVER,
     "5.7.124"},
    {PHASE_END, 550,
     "5.7.515 Access denied, sending domain netz.example doesn't meet the required authentication "
     "level. Spf= Fail , Dkim= Fail , DMARC= Fail",
     HOLD, "5.7.515"},
    {PHASE_RCPT, 550,
     "5.7.606 Access denied, banned sending IP [192.0.2.7]. To request removal from this list "
     "please visit https://sender.office.com/",
     HOLD, "5.7.606"},
    {PHASE_RCPT, 550, "5.7.511 Access denied, banned sender[192.0.2.7]. (AS16012612)", HOLD,
     "5.7.511"},
    {PHASE_END, 550,
     "5.7.509 Access denied, sending domain netz.example does not pass DMARC verification and has "
     "a DMARC policy of reject.",
     HOLD, "5.7.509"},
    {PHASE_RCPT, 550,
     "5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus. (S3130)", HOLD,
     "5.7.1"},
    {PHASE_MAIL, 550,
     "5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet "
     "service provider since part of their network is on our block list (S3140).",
     RELAY, "5.7.1"},
    {PHASE_RCPT, 550,
     "5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet "
     "service provider since part of their network is on our block list (S3140).",
     HOLD, "5.7.1"},
    {PHASE_RCPT, 451,
     "4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation. "
     "(S775)",
     SLOWER, "4.7.650"},
    {PHASE_RCPT, 451, "4.7.500 Server busy. Please try again later from [192.0.2.7]. (S77719)",
     SLOWER, "4.7.500"},
    {PHASE_RCPT, 421,
     "4.3.2 The maximum number of concurrent connections per resource forest has exceeded a limit, "
     "closing transmission channel",
     SLOWER, "4.3.2"},
    {PHASE_END, 432, "4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", LATER, "4.3.2"},
    {PHASE_RCPT, 421, "4.3.2 Service not available", RELAY, "4.3.2"},
    {PHASE_RCPT, 451, "4.7.0 Temporary server error. Please try again later. PRX4 NextHop:[AM0]",
     DOMAIN, "4.7.0"},
    {PHASE_RCPT, 451,
     "4.4.4 Mail received as unauthenticated, incoming to a recipient domain configured in a "
     "hosted tenant which has no mail-enabled subscriptions.",
     DOMAIN, "4.4.4"},
    {PHASE_RCPT, 452, "4.3.1 Insufficient system resources (UsedDiskSpace[C:])", DOMAIN, "4.3.1"},
    {PHASE_MAIL, 530,
     "5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", RELAY,
     "5.7.57"},
    {PHASE_RCPT, 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", RELAY,
     "5.7.54"},
    {PHASE_RCPT, 550, "5.7.64 TenantAttribution; Relay Access Denied", RELAY, "5.7.64"},
    {PHASE_END, 550, "5.7.60 SMTP; Client does not have permissions to send as this sender", RELAY,
     "5.7.60"},
    {PHASE_END, 550, "5.1.8 Access denied, bad outbound sender AS(42004)", RELAY, "5.1.8"},
    {PHASE_END, 550, "5.7.705 Access denied, tenant has exceeded threshold", RELAY, "5.7.705"},
    {PHASE_AUTH, 535,
     "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
     RELAY, "5.7.139"},
    {PHASE_MAIL, 554,
     "5.2.252 SendAsDenied; netz@netz.example not allowed to send as other@netz.example", RELAY,
     "5.2.252"},
    {PHASE_END, 554,
     "5.2.252 SendAsDenied; netz@netz.example not allowed to send as other@netz.example", RELAY,
     "5.2.252"},
    {PHASE_END, 554,
     "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed "
     "to process message due to a permanent exception",
     RELAY, "5.2.0"},
    {PHASE_END, 554, "5.4.14 Hop count exceeded - possible mail loop ATTR34", NEVER, "5.4.14"},
    {PHASE_END, 550, "5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient",
     NEVER, "5.2.3"},

    /* GMX, web.de, Ionos */
    {PHASE_CONNECT, 554,
     "gmx.example (mxgmx104) Nemesis ESMTP Service not available No SMTP service IP address is "
     "block listed. For explanation visit https://postmaster.gmx.example/en/case?c=r0201",
     RELAY, ""},
    {PHASE_RCPT, 554,
     "gmx.example (mxgmx104) Nemesis ESMTP Service not available No SMTP service IP address is "
     "block listed. For explanation visit https://postmaster.gmx.example/en/case?c=r0201",
     HOLD, ""},
    {PHASE_RCPT, 554,
     "gmx.example (mxgmx012) Nemesis ESMTP Service not available No SMTP service Bad DNS PTR "
     "resource record. For explanation visit https://postmaster.gmx.example/en/case?c=rdns",
     HOLD, ""},
    {PHASE_END, 554,
     "Transaction failed Reject due to policy restrictions. For explanation visit "
     "https://postmaster.gmx.example/en/case?c=hi",
     HOLD, ""},
    {PHASE_RCPT, 550,
     "Requested action not taken: mailbox unavailable For explanation visit "
     "https://postmaster.gmx.example/en/case?c=r0001",
     NEVER, ""},
    {PHASE_RCPT, 550,
     "<netz@netz.example>: Reject due to SPF policy. The originating IP of the message is not "
     "permitted by the domain owner",
     HOLD, ""},
    {PHASE_RCPT, 421, "Rate limit reached. Please try again later", SLOWER, ""},
    {PHASE_RCPT, 421, "Reject due to policy violations", HOLD, ""},
    {PHASE_RCPT, 450, "Reject due to policy violations", HOLD, ""},
    {PHASE_RCPT, 451, "Requested action aborted: local error in processing", LATER, ""},
    {PHASE_RCPT, 552, "Requested mail action aborted: exceeded storage allocation", NEVER, ""},
    {PHASE_RCPT, 550, "User has too many messages on the server.", NEVER, ""},
    {PHASE_RCPT, 550, "Benutzer nicht bekannt/User unknown", NEVER, ""},
    {PHASE_RCPT, 550, "Benutzer hat das Speichervolumen ueberschritten.", NEVER, ""},
    {PHASE_AUTH, 535, "Authentication credentials invalid", RELAY, ""},
    {PHASE_MAIL, 550, "Sender address is not allowed.", RELAY, ""},

    /* T-Online */
    {PHASE_CONNECT, 554,
     "IP=192.0.2.7 - A problem occurred. (Ask your postmaster for help or to contact "
     "tosa@rx.t-online.example to clarify.) (BL)",
     RELAY, ""},
    {PHASE_RCPT, 554,
     "IP=192.0.2.7 - A problem occurred. (Ask your postmaster for help or to contact "
     "tosa@rx.t-online.example to clarify.) (BL)",
     HOLD, ""},
    {PHASE_RCPT, 554,
     "IP=192.0.2.7 - Dialup/transient IP not allowed. Use a mailgateway or contact "
     "toda@rx.t-online.example if obsolete. (DIAL)",
     HOLD, ""},
    {PHASE_END, 550,
     "5.7.0 Message considered as spam or virus, rejected 5.7.0 Your IP: 192.0.2.7 5.7.0 Mailhost: "
     "mailin72.aul.t-online.example 5.7.0 Timestamp: 2026-07-16T07:02:22Z",
     NEVER, "5.7.0"},
    {PHASE_RCPT, 550, "5.1.1 user unknown", NEVER, "5.1.1"},
    {PHASE_RCPT, 552, "5.2.2 Over STORAGE quota", NEVER, "5.2.2"},
    {PHASE_END, 500, "5.0.0 Depot returns error: <552 5.2.2 Over quota>", NEVER, "5.0.0"},
    {PHASE_RCPT, 450, "4.2.1 Mailbox temporarily not available", LATER, "4.2.1"},

    /* Yahoo, AOL */
    {PHASE_MAIL, 421,
     "4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user "
     "complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes",
     RELAY, "4.7.0"},
    {PHASE_RCPT, 421,
     "4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user "
     "complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes",
     SLOWER, "4.7.0"},
    {PHASE_RCPT, 421, "Message temporarily deferred - 4.16.51", SLOWER, ""},
    {PHASE_RCPT, 421,
     "4.7.1 [TS03] All messages from 192.0.2.7 will be permanently deferred; Retrying will NOT "
     "succeed. See https://postmaster.yahooinc.com/error-codes",
     HOLD, "4.7.1"},
    {PHASE_RCPT, 553,
     "5.7.1 [BL21] Connections will not be accepted from 192.0.2.7, because the ip is in "
     "Spamhaus's list",
     HOLD, "5.7.1"},
    {PHASE_END, 554,
     "5.7.9 Message not accepted for policy reasons. See "
     "https://postmaster.yahooinc.com/error-codes",
     HOLD, "5.7.9"},
    {PHASE_RCPT, 554,
     "delivery error: dd This user doesn't have a yahoo.example account (p@yahoo.example)", NEVER,
     ""},
    {PHASE_RCPT, 451, "Resources temporarily not available - Please try again later", SLOWER, ""},
    {PHASE_END, 554, "5.0.0 Message not allowed - [PH01] Email not accepted for policy reasons.",
     HOLD, "5.0.0"},

    /* filters */
    {PHASE_END, 554, "5.7.1 Spam message rejected", NEVER, "5.7.1"},
    {PHASE_END, 550, "5.7.1 Blocked by SpamAssassin", NEVER, "5.7.1"},
    {PHASE_END, 554, "5.7.0 Reject, id=04215-08 - spam", NEVER, "5.7.0"},
    {PHASE_END, 554, "5.7.0 Reject, id=04215-09 - BANNED: .exe,.exe-ms,invite.exe", NEVER, "5.7.0"},
    {PHASE_END, 451, "4.5.0 Error in processing, id=04215-10, virus_scan FAILED", LATER, "4.5.0"},
    {PHASE_RCPT, 550, "cuda_nsu 5.1.1 <p@stadt.example> Recipient address rejected: User unknown",
     NEVER, "5.1.1"},
    {PHASE_RCPT, 550, "No such user (p@stadt.example)", NEVER, ""},
    {PHASE_END, 550, "rejecting spoofed message", HOLD, ""},
    {PHASE_RCPT, 554,
     "Service unavailable; Client host [192.0.2.7] blocked using Barracuda Reputation; "
     "http://www.barracudanetworks.com/reputation/?r=1&ip=192.0.2.7",
     HOLD, ""},
    {PHASE_RCPT, 554, "5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7", HOLD,
     "5.7.0"},
    {PHASE_RCPT, 451,
     "Internal resources are temporarily unavailable - "
     "https://community.mimecast.example/docs/DOC-1369#451",
     GREY, ""},
    {PHASE_END, 550,
     "Rejected by header based Anti-Spoofing policy - "
     "https://community.mimecast.example/docs/DOC-1369#550",
     HOLD, ""},
    {PHASE_RCPT, 550, "Envelope blocked - User Entry", NEVER, ""},
    {PHASE_END, 554, "Email rejected due to security policies - MCSpamSignature.x.x", NEVER, ""},
    {PHASE_RCPT, 550, "#5.1.0 Address rejected.", NEVER, "5.1.0"},
    {PHASE_RCPT, 452, "#4.x.2 Too many messages for this session", SLOWER, ""},
    {PHASE_RCPT, 452, "Too many recipients received this hour", SLOWER, ""},
    {PHASE_RCPT, 554,
     "Your access to this mail system has been rejected due to the sending MTA's poor reputation.",
     HOLD, ""},
    {PHASE_RCPT, 421, "#4.4.5 Too many TCP sessions.", SLOWER, "4.4.5"},
    {PHASE_RCPT, 550,
     "5.7.1 Service unavailable; Client host [192.0.2.7] blocked using Trend Micro RBL+.", HOLD,
     "5.7.1"},
    {PHASE_END, 554, "5.6.3 Spam Body rejected", NEVER, "5.6.3"},
    {PHASE_RCPT, 554, "5.5.4 Spam IP rejected", HOLD, "5.5.4"},
    {PHASE_RCPT, 550, "5.1.1 undeliverable address: unknown user", NEVER, "5.1.1"},
    {PHASE_RCPT, 550,
     "5.7.23 <p@stadt.example>: Recipient address rejected: Message rejected due to: SPF fail - "
     "not authorized",
     HOLD, "5.7.23"},
    {PHASE_RCPT, 550,
     "5.7.1 <p@stadt.example>: Recipient address rejected: Please see http://www.openspf.org/Why",
     HOLD, "5.7.1"},
    {PHASE_END, 550, "5.7.1 rejected by DMARC policy for netz.example", HOLD, "5.7.1"},
    {PHASE_RCPT, 451, "4.7.1 Received too many messages from a new or untrusted IP (G28)", SLOWER,
     "4.7.1"},
    {PHASE_RCPT, 571, "5.7.1 message classified as spam (Nachricht als Spam eingestuft)", NEVER,
     "5.7.1"},
    {PHASE_RCPT, 422, "4.2.2 Quota limit exceeded (Speicherplatz des Kontos ueberschritten)", LATER,
     "4.2.2"},
    {PHASE_RCPT, 550, "5.1.0 <netz@netz.example> sender rejected", HOLD, "5.1.0"},

    /* the status comes first, the code second: words that speak of something else change nothing */
    {PHASE_RCPT, 550, "5.1.1 blocked", NEVER, "5.1.1"},
    {PHASE_RCPT, 550, "5.1.6 your IP address is not accepted from here", NEVER, "5.1.6"},
    {PHASE_MAIL, 554, "5.3.4 your limit exceeded", NEVER, "5.3.4"},
    {PHASE_END, 554, "5.3.1 mailbox full", DOMAIN, "5.3.1"},
    {PHASE_RCPT, 554, "5.3.2 user unknown", DOMAIN, "5.3.2"},
    {PHASE_RCPT, 450, "4.4.6 too many loops", LATER, "4.4.6"},
    {PHASE_RCPT, 450, "4.4.7 expired", LATER, "4.4.7"},
    {PHASE_RCPT, 550, "5.4.4 access denied", NEVER, "5.4.4"},
    {PHASE_RCPT, 450, "4.4.3 user unknown", DOMAIN, "4.4.3"},
    {PHASE_END, 554, "5.6.0 blocked by local policy", NEVER, "5.6.0"},
    {PHASE_RCPT, 550, "5.7.2 blocked", NEVER, "5.7.2"},
    {PHASE_RCPT, 550, "5.7.3 user unknown", RELAY, "5.7.3"},
    {PHASE_RCPT, 550, "5.7.8 user unknown", RELAY, "5.7.8"},
    {PHASE_RCPT, 550, "5.7.14 user unknown", RELAY, "5.7.14"},
    {PHASE_RCPT, 550, "5.7.17 blocked", NEVER, "5.7.17"},
    {PHASE_END, 550, "5.7.20 user unknown", HOLD, "5.7.20"},
    {PHASE_END, 550, "5.7.27 user unknown", HOLD, "5.7.27"},
    {PHASE_END, 450, "4.7.28 user unknown", SLOWER, "4.7.28"},
    {PHASE_END, 550, "5.7.29 user unknown", HOLD, "5.7.29"},
    {PHASE_END, 550, "5.7.51 user unknown", HOLD, "5.7.51"},
    {PHASE_END, 550, "5.7.57 user unknown", RELAY, "5.7.57"},
    {PHASE_END, 550, "5.7.135 blocked", NEVER, "5.7.135"},
    {PHASE_END, 550, "5.7.504 blocked", NEVER, "5.7.504"},
    {PHASE_END, 550, "5.7.507 blocked", NEVER, "5.7.507"},
    {PHASE_END, 550, "5.7.512 blocked", NEVER, "5.7.512"},
    {PHASE_END, 550, "5.7.513 user unknown", HOLD, "5.7.513"},
    {PHASE_END, 550, "5.7.699 user unknown", HOLD, "5.7.699"},
    {PHASE_RCPT, 454, "user unknown", RELAY, ""},
    {PHASE_RCPT, 530, "user unknown", RELAY, ""},
    {PHASE_RCPT, 535, "user unknown", RELAY, ""},
    {PHASE_RCPT, 538, "user unknown", RELAY, ""},
    {PHASE_RCPT, 502, "user unknown", RELAY, ""},
    {PHASE_RCPT, 555, "user unknown", RELAY, ""},
    {PHASE_RCPT, 452, "4.5.3 no more in this session", SLOWER, "4.5.3"},
    {PHASE_RCPT, 554, "disk full", DOMAIN, ""},
    {PHASE_END, 550, "5.7.1 Daily sending quota exceeded", RELAY, "5.7.1"},
    {PHASE_MAIL, 550, "message too large", NEVER, ""},
    {PHASE_RCPT, 550, "5.5.1 recipient refused", NEVER, "5.5.1"},

    /* code and class differ: the code decides; what "4.2.1" is about, it is about */
    {PHASE_RCPT, 550, "4.2.1 mailbox busy", NEVER, "4.2.1"},
    {PHASE_RCPT, 450, "5.2.1 mailbox disabled", LATER, "5.2.1"},
    {PHASE_RCPT, 550, "2.1.5 strange", NEVER, "2.1.5"},
    {PHASE_END, 554, "4.7.28 slow down", HOLD, "4.7.28"},

    /* no words at all */
    {PHASE_CONNECT, 421, "", RELAY, ""},
    {PHASE_MAIL, 450, "", RELAY, ""},
    {PHASE_MAIL, 550, "", RELAY, ""},
    {PHASE_MAIL, 552, "", NEVER, ""},
    {PHASE_RCPT, 421, NULL, RELAY, ""},
    {PHASE_RCPT, 450, "", LATER, ""},
    {PHASE_RCPT, 550, "", NEVER, ""},
    {PHASE_RCPT, 599, "", NEVER, ""},
    {PHASE_DATA, 451, "", LATER, ""},
    {PHASE_DATA, 500, "", RELAY, ""},
    {PHASE_DATA, 554, "", NEVER, ""},
    {PHASE_END, 421, "", RELAY, ""},
    {PHASE_END, 451, "", LATER, ""},
    {PHASE_END, 500, "", NEVER, ""},
    {PHASE_END, 554, "", NEVER, ""},
    {PHASE_END, 250, "", SENT, ""},
    {PHASE_END, 251, "strange", SENT, ""},

    /* no refusal, and not what was asked for */
    {PHASE_CONNECT, 250, "ok", RELAY, ""},
    {PHASE_MAIL, 354, "go ahead", RELAY, ""},
    {PHASE_RCPT, 250, "2.1.5 Ok", RELAY, "2.1.5"},
    {PHASE_DATA, 250, "2.0.0 Ok", RELAY, "2.0.0"},
    {PHASE_DATA, 0, "HTTP/1.1 400 Bad Request", RELAY, ""},
    {PHASE_RCPT, 199, "", RELAY, ""},
    {PHASE_RCPT, 600, "5.1.1 user unknown", RELAY, "5.1.1"},
    {PHASE_RCPT, -550, "", RELAY, ""},
    {PHASE_END, 354, "go ahead", UNKNOWN, ""},
    {PHASE_END, 0, "nonsense", UNKNOWN, ""},
    {PHASE_END, 600, "", UNKNOWN, ""},
    {PHASE_END, -1, NULL, UNKNOWN, ""},

    /* what an address contains is no reason */
    {PHASE_RCPT, 550, "<spam-reputation@rate-limit.example>: rejected", NEVER, ""},
    {PHASE_RCPT, 450, "<greylisted@too-many.example>: mailbox busy", LATER, ""},
    /* no enhanced status codes: parts of addresses, versions, dates, numbers that are too long */
    {PHASE_RCPT, 550, "192.0.2.7 5.1.1.1 5.1 5.12.20 5.1.1234 5.1.1a 5.8.1 x5.1.1 no", NEVER, ""},
    {PHASE_RCPT, 550, "mx.example 4.1.1 5.2.1 no", NEVER, "5.2.1"},
    {PHASE_RCPT, 603, "0.4.1 no", RELAY, ""},
    {PHASE_RCPT, 354, "3.4.1 no", RELAY, ""},
};

static void
test_replies(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(replies); i++) {
        const ReplyRow *row = &replies[i];
        g_auto(Outcome) outcome;
        outcome_of_reply(row->phase, row->code, row->text, &outcome);
        g_test_message("phase %d: %d %s", row->phase, row->code, row->text);
        g_assert_cmpint(outcome.kind, ==, row->kind);
        g_assert_cmpint(outcome.blame, ==, row->blame);
        g_assert_cmpint(outcome.remedy, ==, row->remedy);
        g_assert_cmpstr(outcome.status, ==, row->status);
        g_assert_cmpint(outcome.code, ==, row->code >= 200 && row->code <= 599 ? row->code : 0);
    }
}

/* Each code in each phase, without words: what no row above says. */
static void
test_codes(void)
{
    for (Phase phase = PHASE_CONNECT; phase <= PHASE_END; phase++)
        for (int code = -1; code <= 1000; code++) {
            g_auto(Outcome) outcome;
            outcome_of_reply(phase, code, "", &outcome);
            gboolean success = code >= 200 && code <= 299, refusal = code >= 400 && code <= 599;
            g_assert_true((outcome.kind == OUTCOME_SENT) == (success && phase == PHASE_END));
            g_assert_true((outcome.kind == OUTCOME_UNKNOWN) ==
                          (!success && !refusal && phase == PHASE_END));
            if (phase < PHASE_MAIL)
                g_assert_cmpint(outcome.blame, ==, BLAME_RELAY);
            if (outcome.kind == OUTCOME_PERMANENT) {
                g_assert_cmpint(code, >=, 500);
                g_assert_cmpint(outcome.blame, ==, BLAME_RECIPIENT);
            }
        }
}

static void
test_text(void)
{
    static const struct {
        Phase phase;
        int code;
        const char *said, *kept;
    } rows[] = {
        {PHASE_RCPT, 550, NULL, NULL},
        {PHASE_RCPT, 550, "", NULL},
        {PHASE_RCPT, 550, " \r\n\t", NULL},
        {PHASE_RCPT, 550, "5.1.1", NULL},
        {PHASE_RCPT, 550, "5.1.1 User unknown", "User unknown"},
        {PHASE_RCPT, 550, "#5.1.0 Address rejected.", "Address rejected."},
        {PHASE_RCPT, 550, "5.7.1 one\r\n5.7.1  two 5.7.1", "one two"},
        {PHASE_RCPT, 550, "5.7.1 one 5.7.2 two", "one 5.7.2 two"},
        {PHASE_RCPT, 553, "sorry (#5.7.1)", "sorry (#5.7.1)"},
        {PHASE_RCPT, 550, "no\x01\x1b[31m\x7f such\tuser", "no [31m such user"},
        {PHASE_RCPT, 550, "Empf\xe4nger unbekannt", "Empf\xef\xbf\xbdnger unbekannt"},
        {PHASE_RCPT, 550, "Empfänger unbekannt", "Empfänger unbekannt"},
        {PHASE_END, 250, "2.0.0 Ok: queued as 4Bq1", "Ok: queued as 4Bq1"},
        {PHASE_DATA, 250, "2.0.0 Ok", "the relay gave an answer that does not fit: 250 Ok"},
        {PHASE_END, -7, "", "the relay gave an answer that does not fit: -7"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Outcome) outcome;
        outcome_of_reply(rows[i].phase, rows[i].code, rows[i].said, &outcome);
        g_assert_cmpstr(outcome.text, ==, rows[i].kept);
    }
}

/* Characters are counted, not octets, and none is cut in two. */
static void
test_long_text(void)
{
    g_autoptr(GString) said = g_string_new("5.1.1 ");
    for (guint i = 0; i < 100000; i++)
        g_string_append(said, "ö");
    g_auto(Outcome) outcome, loss;
    outcome_of_reply(PHASE_RCPT, 550, said->str, &outcome);
    g_assert_cmpint(g_utf8_strlen(outcome.text, -1), ==, OUTCOME_TEXT_MAX);
    g_assert_cmpuint(strlen(outcome.text), ==, 2 * OUTCOME_TEXT_MAX);
    outcome_of_loss(PHASE_RCPT, FALSE, said->str, &loss);
    g_assert_cmpint(g_utf8_strlen(loss.text, -1), ==, OUTCOME_TEXT_MAX);
}

static void
test_loss(void)
{
    static const struct {
        Phase phase;
        gboolean ended;
        OutcomeKind kind;
    } rows[] = {
        {PHASE_CONNECT, FALSE, OUTCOME_TEMPORARY},  {PHASE_EHLO, FALSE, OUTCOME_TEMPORARY},
        {PHASE_STARTTLS, FALSE, OUTCOME_TEMPORARY}, {PHASE_AUTH, FALSE, OUTCOME_TEMPORARY},
        {PHASE_MAIL, FALSE, OUTCOME_TEMPORARY},     {PHASE_RCPT, FALSE, OUTCOME_TEMPORARY},
        {PHASE_DATA, FALSE, OUTCOME_TEMPORARY},     {PHASE_END, FALSE, OUTCOME_TEMPORARY},
        {PHASE_END, TRUE, OUTCOME_UNKNOWN},         {PHASE_RCPT, TRUE, OUTCOME_TEMPORARY},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Outcome) outcome;
        outcome_of_loss(rows[i].phase, rows[i].ended, "the connection\nwas closed", &outcome);
        g_assert_cmpint(outcome.kind, ==, rows[i].kind);
        g_assert_cmpint(outcome.blame, ==, BLAME_RELAY);
        g_assert_cmpint(outcome.remedy, ==, REMEDY_NONE);
        g_assert_cmpint(outcome.code, ==, 0);
        g_assert_cmpstr(outcome.status, ==, "");
        g_assert_cmpstr(outcome.text, ==, "the connection was closed");
    }
    g_auto(Outcome) silent;
    outcome_of_loss(PHASE_CONNECT, FALSE, NULL, &silent);
    g_assert_null(silent.text);
}

static void
test_retry_at(void)
{
    static const struct {
        guint attempts;
        gint64 now, not_after, due;
    } rows[] = {
        {1, 1000, 100000, 1000 + 5 * 60},
        {2, 1000, 100000, 1000 + 15 * 60},
        {3, 1000, 100000, 1000 + 30 * 60},
        {4, 1000, 100000, 1000 + 60 * 60},
        {5, 1000, 100000, 1000 + 120 * 60},
        {6, 1000, 100000, 1000 + 120 * 60},
        {G_MAXUINT, 1000, 100000, 1000 + 120 * 60},
        {0, 1000, 100000, 1000 + 5 * 60},
        {1, 1000, 1300, 1300}, /* exactly then is not after */
        {1, 1000, 1299, 0},
        {1, 1000, 1000, 0},
        {1, 1000, 0, 0},
        {5, 1000, 8199, 0},
        {5, G_MAXINT64 - 1, G_MAXINT64, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(outcome_retry_at(rows[i].attempts, rows[i].now, rows[i].not_after), ==,
                        rows[i].due);
}

static void
test_clear(void)
{
    Outcome outcome = {.kind = OUTCOME_SENT, .code = 250, .text = g_strdup("ok")};
    outcome_clear(&outcome);
    g_assert_null(outcome.text);
    outcome_clear(&outcome);
    g_assert_cmpint(outcome.kind, !=, OUTCOME_SENT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions(); /* all rows that are wrong, not only the first */
    g_test_add_func("/outcome/replies", test_replies);
    g_test_add_func("/outcome/codes", test_codes);
    g_test_add_func("/outcome/text", test_text);
    g_test_add_func("/outcome/long_text", test_long_text);
    g_test_add_func("/outcome/loss", test_loss);
    g_test_add_func("/outcome/retry_at", test_retry_at);
    g_test_add_func("/outcome/clear", test_clear);
    return g_test_run();
}
