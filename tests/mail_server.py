"""A small SMTP server on loopback that behaves as badly as a test wants."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MailServer:
    """Takes letters in `letters` as (recipient, text).

    Attributes:
        mode: "takes" everything; "hangs" without a word; "drops" the line once the letter is there; "busy" answers 451.
        refused: recipients that are answered with 550.
    """

    def __init__(self, mode: str = "takes", refused: tuple[str, ...] = ()) -> None:
        self.mode, self.refused = mode, refused
        self.letters: list[tuple[str, str]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.over = threading.Event()
        self.threads: list[threading.Thread] = []

    def run(self) -> None:
        while True:
            try:
                line, _address = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self.talk, args=(line,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def talk(self, line: socket.socket) -> None:
        with line, line.makefile("rwb") as stream:
            if self.mode == "hangs":
                self.over.wait(30)
                return
            try:
                self.converse(stream)
            except OSError:
                return

    def converse(self, stream) -> None:
        def say(text: str) -> None:
            stream.write(f"{text}\r\n".encode())
            stream.flush()

        say("220 here")
        recipient = ""
        while heard := stream.readline().decode().strip():
            verb = heard[:4].upper()
            if verb == "RCPT":
                recipient = heard[heard.index("<") + 1 : heard.index(">")]
                say("550 nobody of that name" if recipient in self.refused else "250 yes")
            elif verb == "DATA":
                if self.mode == "busy":
                    say("451 later please")
                    continue
                say("354 go on")
                text = self.letter(stream)
                if self.mode == "drops":
                    return
                self.letters.append((recipient, text))
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 yes")

    @staticmethod
    def letter(stream) -> str:
        lines = []
        while (row := stream.readline().decode().rstrip("\r\n")) != ".":
            lines.append(row)
        return "\n".join(lines)


@contextmanager
def mail_server(settings, mode: str = "takes", refused: tuple[str, ...] = ()) -> Iterator[MailServer]:
    """Run a server and let the settings point at it."""
    server = MailServer(mode, refused)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 1
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        for each in [thread, *server.threads]:
            each.join(5)
