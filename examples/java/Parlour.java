import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Parlour for Java applications: one file to copy, nothing to install. Java 17 or newer. One object serves all threads.
 *
 * <pre>
 *   var parlour = new Parlour("https://im.example", "oa", "pk_…", "whsec_…", "…");   // key, callback secret, token secret
 *
 *   parlour.ticket("anna", Map.of("name", "Anna Liu"));    // lets her in once, within 60 seconds: put it into her page
 *   parlour.token("anna", Map.of("name", "Anna Liu"), 3600);   // the same without a call, for an hour
 *   parlour.send("user:anna", "Request 118 is approved", Map.of(), "118-approved");
 *   var reply = parlour.answer(headers, body, Map.of("contacts.list", this::contacts));   // at the callback address
 * </pre>
 *
 * SPDX-License-Identifier: Apache-2.0
 */
public final class Parlour {
    private static final long TOLERANCE = 300; // seconds that a callback may be old, or ahead of this clock
    private static final Duration TIMEOUT = Duration.ofSeconds(10); // that a request may take
    private static final Duration PAGE = Duration.ofSeconds(3); // the same, where somebody waits for a page

    public final String url;
    public final String app;
    private final String key;
    private final String callbackSecret;
    private final String tokenSecret;
    /** Follows no redirects: the key goes nowhere else. HTTP/1.1 from the start: the offer of HTTP/2 over plain HTTP costs the connection. */
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

    public Parlour(String url, String app, String key, String callbackSecret, String tokenSecret) {
        this.url = url.replaceAll("/+$", "");
        this.app = app;
        this.key = key;
        this.callbackSecret = callbackSecret;
        this.tokenSecret = tokenSecret;
    }

    /** A callback whose signature was right. {@code id} is the same when it is repeated; {@code question}: it is answered, else it is a fact that you are told; {@code test}: somebody tries the interface, change nothing. */
    public record Call(String id, String type, Map<String, Object> data, boolean question, boolean test) {}

    /** What to respond with: a status and JSON. */
    public record Reply(int status, String body) {}

    /** How a callback is answered: an object as the interface describes it, or null. */
    @FunctionalInterface
    public interface Answer {
        Map<String, ?> to(Call call) throws Exception;
    }

    /** A ticket for one of your users, who is created or brought up to date: {@code name}, {@code email}, {@code title}, {@code avatar}. */
    public String ticket(String user, Map<String, ?> profile) throws ParlourException {
        return (String) request("POST", "/users/" + segment(user) + "/tickets", profile, null, PAGE).get("ticket");
    }

    /** A signed token (JWT, HS256) for one of your users, good for at most a day: {@code name}, {@code email}. */
    public String token(String user, Map<String, ?> profile, long seconds) {
        long now = Instant.now().getEpochSecond();
        var claims = new LinkedHashMap<String, Object>(profile);
        claims.putAll(Map.of("sub", user, "aud", app, "iat", now, "exp", now + seconds));
        String signed = base64url(bytes(Json.write(Map.of("alg", "HS256", "typ", "JWT")))) + "." + base64url(bytes(Json.write(claims)));
        return signed + "." + base64url(hmac(bytes(tokenSecret), bytes(signed)));
    }

    /** Sends to "user:anna", "group:sales", "everyone" or "conversation:7". What returns is kept. */
    public Map<String, Object> send(String to, String text) throws ParlourException {
        return send(List.of(to), text, Map.of(), null);
    }

    /**
     * Sends to one party or several. The same idempotency key again, within 24 hours, sends nothing new; it may be null.
     * {@code more}: {@code topic}, {@code card} and what else a message has. Of several, who could not get it has an {@code error} in
     * {@code messages}; one party that could not is a ParlourException.
     */
    public Map<String, Object> send(List<String> to, String text, Map<String, ?> more, String idempotencyKey) throws ParlourException {
        var body = new LinkedHashMap<String, Object>(more);
        body.put("to", to.size() == 1 ? to.get(0) : to);
        body.put("text", text);
        var sent = request("POST", "/messages", body, idempotencyKey);
        if (to.size() == 1 && sent.get("messages") instanceof List<?> copies && copies.size() == 1 && map(copies.get(0)).get("error") instanceof Map<?, ?> error) {
            throw new ParlourException((String) error.get("code"), (String) error.get("message"), 0, "to", false, null);
        }
        return sent;
    }

    /** Any other call of the interface, below /api/v1. Without a body give null. */
    public Map<String, Object> request(String method, String path, Map<String, ?> body, String idempotencyKey) throws ParlourException {
        return request(method, path, body, idempotencyKey, TIMEOUT);
    }

    private Map<String, Object> request(String method, String path, Map<String, ?> body, String idempotencyKey, Duration timeout) throws ParlourException {
        var request = HttpRequest.newBuilder(URI.create(url + "/api/v1" + path)).timeout(timeout).header("Authorization", "Bearer " + key);
        if (body != null) request.header("Content-Type", "application/json");
        if (idempotencyKey != null) request.header("Idempotency-Key", idempotencyKey);
        request.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body)));
        HttpResponse<String> response;
        try {
            response = client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException error) {
            throw new ParlourException("unreachable", "Parlour does not answer: " + error, 0, null, true, null);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new ParlourException("unreachable", "Interrupted while Parlour was asked.", 0, null, true, null);
        }
        int status = response.statusCode();
        Map<String, Object> answer = object(response.body());
        if (status >= 200 && status < 300 && (answer != null || response.body().isEmpty())) return answer == null ? Map.of() : answer;
        if (answer == null || !(answer.get("code") instanceof String code)) {
            throw new ParlourException("unreachable", "Something that is not Parlour answered " + status + ".", status, null, status >= 500, null);
        }
        Long retryAfter = answer.get("retry_after") instanceof Number number ? number.longValue() : null;
        throw new ParlourException(code, (String) answer.get("detail"), status, (String) answer.get("field"), Boolean.TRUE.equals(answer.get("temporary")), retryAfter);
    }

    /** What people typed, as it is, for a message: Markdown in it stays text, and it stays on its line. */
    public static String plain(String text) {
        return text.replaceAll("(?U)\\s+", " ").replaceAll("[!-/:-@\\[-`{-~]", "\\\\$0");
    }

    /** Checks a callback as Standard Webhooks says. {@code body} is what came, byte by byte. */
    public Call verify(Map<String, List<String>> headers, byte[] body) throws ParlourException {
        return verify(headers, body, Instant.now());
    }

    Call verify(Map<String, List<String>> headers, byte[] body, Instant now) throws ParlourException {
        var given = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, values) -> { if (name != null && !values.isEmpty()) given.put(name, values.get(0)); });
        String id = given.getOrDefault("webhook-id", "");
        String timestamp = given.getOrDefault("webhook-timestamp", "");
        if (id.isEmpty() || !timestamp.matches("[0-9]{1,12}") || Math.abs(now.getEpochSecond() - Long.parseLong(timestamp)) > TOLERANCE) {
            throw new ParlourException("forged", "This callback is not signed, or its time is not now.", 401, null, false, null);
        }
        byte[] secret = Base64.getDecoder().decode(callbackSecret.replaceFirst("^whsec_", ""));
        if (secret.length == 0) throw new IllegalStateException("there is no callback secret");
        byte[] proof = bytes("v1," + Base64.getEncoder().encodeToString(hmac(secret, bytes(id + "." + timestamp + "."), body)));
        boolean good = false;
        for (String signature : given.getOrDefault("webhook-signature", "").split(" ")) { // several while a secret is rotated
            good |= MessageDigest.isEqual(proof, bytes(signature));
        }
        if (!good) throw new ParlourException("forged", "The signature of this callback is not right.", 401, null, false, null);
        Map<String, Object> call = object(new String(body, StandardCharsets.UTF_8));
        if (call == null) call = Map.of();
        return new Call(id, (String) call.get("type"), map(call.get("data")), Boolean.TRUE.equals(call.get("question")), Boolean.TRUE.equals(call.get("test")));
    }

    /**
     * Verifies a callback and answers it by its type: "user.verify", "contacts.list", "message.created", "action.invoked" and
     * the facts. What nothing stands for is accepted and forgotten.
     */
    public Reply answer(Map<String, List<String>> headers, byte[] body, Map<String, Answer> answers) throws Exception {
        Call call;
        try {
            call = verify(headers, body);
        } catch (ParlourException error) {
            return new Reply(error.status, Json.write(Map.of("error", error.getMessage())));
        }
        Answer work = answers.get(call.type());
        Map<String, ?> answer = work == null ? null : work.to(call);
        return new Reply(200, Json.write(answer == null ? Map.of() : answer));
    }

    /** What was refused, or did not work. The message is one plain sentence. */
    public static final class ParlourException extends Exception {
        private static final long serialVersionUID = 1;
        /** As the interface names it; "unreachable" and "forged" are this file's own. */
        public final String code;
        /** Of HTTP; 0 where there was no answer. */
        public final int status;
        /** Which part of what was sent is meant, or null. */
        public final String field;
        /** The same may work later. */
        public final boolean temporary;
        /** Seconds, or null. */
        public final Long retryAfter;

        ParlourException(String code, String sentence, int status, String field, boolean temporary, Long retryAfter) {
            super(sentence);
            this.code = code;
            this.status = status;
            this.field = field;
            this.temporary = temporary;
            this.retryAfter = retryAfter;
        }
    }

    private static byte[] hmac(byte[] secret, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            for (byte[] part : parts) mac.update(part);
            return mac.doFinal();
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error); // every Java has it
        }
    }

    private static String segment(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64url(byte[] value) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    }

    /** Null where the text is no JSON. */
    private static Map<String, Object> object(String text) {
        try {
            return map(Json.read(text));
        } catch (IllegalArgumentException error) {
            return null;
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return value instanceof Map<?, ?> ? (Map<String, Object>) value : Map.of();
    }

    /** JSON as maps, lists, strings, numbers, booleans and null. If your application has a library for it, use that in its place. */
    public static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        public static Object read(String text) {
            var json = new Json(text);
            Object value = json.value(0);
            if (json.peek() != '\0') throw json.wrong();
            return value;
        }

        public static String write(Object value) {
            var out = new StringBuilder();
            write(out, value);
            return out.toString();
        }

        private static void write(StringBuilder out, Object value) {
            if (value instanceof Map<?, ?> map) {
                out.append('{');
                String comma = "";
                for (var entry : map.entrySet()) {
                    out.append(comma);
                    quote(out, String.valueOf(entry.getKey()));
                    write(out.append(':'), entry.getValue());
                    comma = ",";
                }
                out.append('}');
            } else if (value instanceof Iterable<?> list) {
                out.append('[');
                String comma = "";
                for (Object one : list) {
                    write(out.append(comma), one);
                    comma = ",";
                }
                out.append(']');
            } else if (value == null || value instanceof Number || value instanceof Boolean) {
                out.append(value);
            } else {
                quote(out, value.toString());
            }
        }

        private static void quote(StringBuilder out, String text) {
            out.append('"');
            for (char c : text.toCharArray()) {
                if (c == '"' || c == '\\') out.append('\\').append(c);
                else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
                else out.append(c);
            }
            out.append('"');
        }

        private Object value(int depth) {
            if (depth > 64) throw wrong();
            switch (peek()) {
                case '{': {
                    var map = new LinkedHashMap<String, Object>();
                    for (at++; !ends('}', map.isEmpty()); ) {
                        if (peek() != '"') throw wrong();
                        String name = string();
                        expect(':');
                        map.put(name, value(depth + 1));
                    }
                    return map;
                }
                case '[': {
                    var list = new ArrayList<Object>();
                    for (at++; !ends(']', list.isEmpty()); ) list.add(value(depth + 1));
                    return list;
                }
                case '"': return string();
                case 't': return word("true", true);
                case 'f': return word("false", false);
                case 'n': return word("null", null);
                default: return number();
            }
        }

        /** Whether the list or object is over here; passes the comma before what follows. */
        private boolean ends(char end, boolean first) {
            if (peek() == end) {
                at++;
                return true;
            }
            if (!first) expect(',');
            return false;
        }

        private String string() {
            var out = new StringBuilder();
            for (at++; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == '"') {
                    at++;
                    return out.toString();
                }
                if (c != '\\') {
                    out.append(c);
                    continue;
                }
                if (++at == text.length()) break;
                int plain = "\"\\/bfnrt".indexOf(text.charAt(at));
                if (plain >= 0) {
                    out.append("\"\\/\b\f\n\r\t".charAt(plain));
                } else if (text.charAt(at) == 'u' && at + 4 < text.length()) {
                    out.append((char) Integer.parseInt(text, at + 1, at + 5, 16));
                    at += 4;
                } else {
                    break;
                }
            }
            throw wrong();
        }

        private Object number() {
            int begin = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
            var number = new BigDecimal(text.substring(begin, at)); // complains of what is none
            return number.scale() <= 0 && number.precision() < 19 && number.scale() > -19 ? (Object) number.longValue() : (Object) number.doubleValue();
        }

        private Object word(String word, Object value) {
            if (!text.startsWith(word, at)) throw wrong();
            at += word.length();
            return value;
        }

        private void expect(char c) {
            if (peek() != c) throw wrong();
            at++;
        }

        private char peek() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
            return at < text.length() ? text.charAt(at) : '\0';
        }

        private IllegalArgumentException wrong() {
            return new IllegalArgumentException("this is not JSON, at character " + at);
        }
    }
}
