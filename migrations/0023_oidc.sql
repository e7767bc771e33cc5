-- The identity provider with which an application's users sign in (OpenID Connect).
CREATE TABLE oidc (
    application INTEGER PRIMARY KEY REFERENCES application (no),
    settings    TEXT    NOT NULL,                  -- a JSON object: provider, issuer, client, scopes, claims
    secret      TEXT                               -- of the client, as it is: it is sent to the provider; none: a public client
) STRICT;
