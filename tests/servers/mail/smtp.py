"""A submission server that hands everything to Dovecot by LMTP: smtp.py LMTP_PORT SMTP_PORT TLS_PORT DIR.

Recipients by their name:  bounce@ 550 at once.  tempfail@ 451.  limited@ 452.  late@ taken, then a report (RFC 3464) comes back.
lost@ taken and delivered, but the connection ends before the answer.  dropped@ the connection ends before the mail was taken.
Any user name with the password pw. DIR/smtp.count has a line for each mail taken: Message-ID and recipient.
"""
import asyncio
import email
import signal
import smtplib
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

lmtp_port, port, tls_port, folder = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

REPORT = """From: Mail Delivery Subsystem <MAILER-DAEMON@localhost>
To: {sender}
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-{id}@localhost>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=us-ascii

I'm sorry to inform you that your message could not be delivered.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; localhost

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--report
Content-Type: message/rfc822

{original}
--report--
"""


def deliver(sender, recipients, content):
    with smtplib.LMTP("127.0.0.1", lmtp_port) as lmtp:
        lmtp.sendmail(sender, recipients, content)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "bounce":
            return "550 5.1.1 no such user"
        if name == "tempfail":
            return "451 4.3.0 try later"
        if name == "limited":
            return "452 4.5.3 too many"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        names = {address.split("@")[0] for address in envelope.rcpt_tos}
        if "dropped" in names:
            server.transport.abort()
            return "451 4.3.0 never heard"
        message = email.message_from_bytes(envelope.content)
        try:
            await asyncio.to_thread(deliver, envelope.mail_from, envelope.rcpt_tos, envelope.content)
            if "late" in names:
                report = REPORT.format(
                    sender=envelope.mail_from, recipient=envelope.rcpt_tos[0], id=message["Message-ID"].strip("<>").split("@")[0],
                    original=envelope.content.decode("utf-8", "replace").replace("\r\n", "\n"),
                )
                await asyncio.to_thread(deliver, "", [envelope.mail_from], report.encode())
        except Exception as error:  # noqa: BLE001  whatever it is, the client may try again
            return "451 4.3.0 " + repr(error)[:100]
        with open(folder + "/smtp.count", "a", encoding="utf-8") as count:
            count.write(f"{message['Message-ID']} {envelope.rcpt_tos[0]}\n")
        if "lost" in names:
            server.transport.abort()
        return "250 2.0.0 queued"


def sign_in(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password == b"pw")


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")


class Submission(Controller):
    def factory(self):
        encrypted = self.ssl_context is not None
        return SMTP(
            self.handler, hostname="localhost", tls_context=None if encrypted else context, authenticator=sign_in,
            auth_require_tls=False, auth_required=True, data_size_limit=26_000_000, enable_SMTPUTF8=True,
        )


Submission(Handler(), hostname="127.0.0.1", port=port).start()
# Every connection of a controller is tried once when it starts: over TLS that needs a client that trusts it.
tls = Submission(Handler(), hostname="127.0.0.1", port=tls_port, ssl_context=context)
tls._trigger_server = lambda: None
tls.start()
signal.pause()
