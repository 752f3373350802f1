"""The device's web page: HTML that a person, and the bench in her place, reads by its labels and clicks by its words."""

import html

HOME, NETWORK_STATUS, JOBS, LOG_IN, LOG_OUT = "/", "/status/network", "/status/jobs", "/login", "/logout"
NETWORK, SERVER = "/network", "/network/email-server"
BASIC, SIGN_IN, CODE, TEST = SERVER + "/basic", SERVER + "/sign-in", SERVER + "/code", SERVER + "/connection-test"
EVERYBODY = [("Status", HOME), ("Product Status", HOME), ("Network Status", NETWORK_STATUS)]
MENU = [("Job History", JOBS), ("Network", NETWORK), ("Email Server", SERVER), ("Basic", BASIC), ("Connection Test", TEST)]
HEADINGS = {HOME: "Product Status", NETWORK_STATUS: "Network Status", JOBS: "Job History", LOG_IN: "Log in", NETWORK: "Network", SERVER: "Network > Email Server", BASIC: "Network > Email Server > Basic",
            SIGN_IN: "Network > Email Server > Basic > Sign In", CODE: "Network > Email Server > Basic > Sign In",
            TEST: "Network > Email Server > Connection Test"}
METHODS, SECURITIES, VALIDATIONS = ["Off", "SMTP AUTH", "POP before SMTP", "OAuth2"], ["None", "SSL/TLS", "STARTTLS"], ["Enable", "Disable"]

FIELDS = [  # name, label, values of a list
    ("method", "Authentication Method", METHODS), ("service", "Email service", None), ("account", "Authenticated Account", ()),
    ("password", "Authenticated Password", ()), ("sender", "Sender's Email Address", ()), ("server", "SMTP Server Address", ()),
    ("port", "SMTP Server Port Number", ()), ("security", "Secure Connection", SECURITIES),
    ("validation", "Certificate Validation", VALIDATIONS), ("pop3server", "POP3 Server Address", ()), ("pop3port", "POP3 Server Port Number", ()),
]


def text(value):
    return html.escape(str(value))


def rows(pairs):
    return "<dl>%s</dl>" % "".join("<div><dt>%s</dt><dd>%s</dd></div>" % (text(a), text(b)) for a, b in pairs)


def button(label, value=""):
    return '<button type="submit" name="action" value="%s">%s</button>' % (value, text(label))


def form(action, token, content):
    return '<form method="post" action="%s"><input type="hidden" name="token" value="%s">%s</form>' % (action, token, content)


def whole(path, session, notices, content):
    """A page around its content. Who is not logged in sees the status and the way in."""
    if session:
        who = "<span>Logged in as: %s</span>" % text(session["user"] or "Administrator") + form(LOG_OUT, session["token"], button("Log out"))
        menu = EVERYBODY + [(label, address) for label, address in MENU if address in (JOBS, NETWORK) or path.startswith(NETWORK)]
    else:
        who, menu = '<a href="%s">Log in</a>' % LOG_IN, EVERYBODY
    links = "".join('<li><a href="%s">%s</a></li>' % (address, label) for label, address in menu)
    said = "".join("<p>%s</p>" % text(notice) for notice in notices)
    heading = HEADINGS[path]
    return ('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Worked Device - %s</title></head><body><header>%s</header>'
            "<nav><ul>%s</ul></nav><main><h1>%s</h1>%s%s</main></body></html>" % (text(heading), who, links, text(heading), said, content))


def log_in(token):
    return form(LOG_IN, token, '<p><label for="user">User Name</label><input id="user" name="user"></p><p><label for="password">Administrator password'
                '</label><input id="password" name="password" type="password"></p>' + button("OK"))


def basic(token, shown, services, problems, signed_in, waiting):
    parts = [button("OK", "ok").replace("<button", "<button hidden", 1)]  # what Enter means
    for name, label, values in FIELDS:
        if values is None:
            values = services
        if values:
            options = "".join("<option%s>%s</option>" % (" selected" if value == shown[name] else "", text(value)) for value in values)
            control = '<select id="%s" name="%s">%s</select>' % (name, name, options)
        else:
            value = "" if name == "password" else text(shown[name])
            control = '<input id="%s" name="%s" type="%s" value="%s">' % (name, name, "password" if name == "password" else "text", value)
        parts.append('<p><label for="%s">%s</label>%s</p>' % (name, label, control))
        if name in problems:
            parts.append("<p>%s: %s</p>" % (label, text(problems[name])))
        if name == "service":
            parts.append(rows([("Current Status", "Signed in")]) + button("Sign Out", "sign-out") if signed_in else button("Sign In", "sign-in"))
            if waiting:
                parts.append(button("Cancel", "cancel") + '<a href="%s">Authentication code</a>' % CODE)
    return form(BASIC, token, "".join(parts) + "<p>%s</p>" % button("OK", "ok"))


def sign_in(token, service):
    hidden = '<input type="hidden" name="service" value="%s">' % text(service)
    return rows([("Email service", service)]) + form(
        SIGN_IN, token, hidden + button("Sign in with Microsoft", "begin") + button("Cancel", "cancel"))


def code(token, user_code, address, valid_until):
    link = '<a href="%s" target="_blank" rel="noopener noreferrer">%s</a>' % (text(address), text(address))
    return ("<dl><div><dt>Authentication code</dt><dd>%s</dd></div><div><dt>URL</dt><dd>%s</dd></div></dl>" % (text(user_code), link) +
            rows([("Valid until", valid_until)]) + '<p><a href="%s">Refresh</a></p>' % CODE + form(CODE, token, button("Cancel", "cancel")))


def test(token):
    return form(TEST, token, button("Start", "start"))
