import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** A shop with two people, who find each other and the shop in the messenger on its page. */
public final class Shop {
    // --- What any application has: people with passwords, and who is signed in ---------------------------------------

    record Person(String id, String name, String password) {}

    static final Map<String, Person> PEOPLE = Map.of("mia", new Person("mia", "Mia Park", "tea"), "tom", new Person("tom", "Tom Weber", "coffee"));
    static final Map<String, Person> SIGNED_IN = new ConcurrentHashMap<>();

    static Person withPassword(String who, String password) {
        Person person = who == null ? null : PEOPLE.get(who);
        return person != null && person.password.equals(password) ? person : null;
    }

    // --- What Parlour needs of it ------------------------------------------------------------------------------------

    static final Parlour PARLOUR = parlour();

    static Parlour parlour() {
        try { // as `parlour app register … --json` printed it
            var shown = (Map<?, ?>) Parlour.Json.read(Files.readString(Path.of(setting("SECRETS", "shop.json"))));
            return new Parlour(setting("PARLOUR", "http://127.0.0.1:8080"), (String) shown.get("id"), (String) shown.get("key"),
                (String) shown.get("callback_secret"), (String) shown.get("token_secret"));
        } catch (IOException error) {
            throw new IllegalStateException("no secrets: " + error, error);
        }
    }

    static final Map<String, Parlour.Answer> ANSWERS = Map.of(
        // somebody signs in at Parlour's own page, with the shop's password
        "user.verify", call -> {
            Person person = withPassword((String) call.data().get("username"), (String) call.data().get("password"));
            return person == null ? null : Map.of("user", Map.of("id", person.id, "name", person.name));
        },
        // whom does call.data().get("user") know? Here: everybody
        "contacts.list", call -> {
            var users = PEOPLE.values().stream().map(person -> Map.of("id", person.id, "name", person.name)).toList();
            return Map.of("groups", List.of(Map.of("id", "staff", "name", "Staff", "users", users)));
        },
        // somebody wrote to the shop itself
        "message.created", call -> {
            if (!call.question()) return null; // or, if you ask to be told, to somebody else
            var message = (Map<?, ?>) call.data().get("message");
            return Map.of("text", "The shop has read: " + message.get("text"));
        });

    // --- Its pages ---------------------------------------------------------------------------------------------------

    static final String DOOR = """
        <!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Shop</h1>
        <form method="post" action="/login"><input name="who" placeholder="mia" required> <input name="password" type="password" placeholder="tea" required> <button>Sign in</button></form>
        """;

    static final String PAGE = """
        <!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Shop</title><h1>Hello, %s</h1>
        <form method="post" action="/tell"><input type="hidden" name="once" value="%s">
          Tell <input name="to" placeholder="tom"> <input name="text" placeholder="The tea has come"> <button>Tell</button></form>
        <form method="post" action="/logout"><button onclick="window.Parlour?.stop()">Sign out</button></form>
        %s
        """;

    static String widget(Person who) {
        try {
            String ticket = PARLOUR.ticket(who.id, Map.of("name", who.name));
            return "<script src=\"%s/widget.js\" data-app=\"%s\" data-user=\"%s\" data-ticket=\"%s\"></script>".formatted(PARLOUR.url, PARLOUR.app, escape(who.id), ticket);
        } catch (Parlour.ParlourException error) { // while Parlour is away, the page comes without it
            return "";
        }
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    static void serve(HttpExchange exchange) throws Exception {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String session = session(exchange);
        Person who = session == null ? null : SIGNED_IN.get(session);
        switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
            case "POST /parlour" -> { // a callback: answered only when it is signed
                var reply = PARLOUR.answer(exchange.getRequestHeaders(), body, ANSWERS);
                respond(exchange, reply.status(), reply.body(), "application/json");
            }
            case "GET /token" -> { // for pages and programs that ask again when a token has expired
                if (who == null) respond(exchange, 401, "", "text/plain");
                else respond(exchange, 200, PARLOUR.token(who.id, Map.of("name", who.name), 3600), "text/plain");
            }
            case "GET /" -> {
                if (who == null) {
                    respond(exchange, 200, DOOR, "text/html; charset=utf-8");
                    return;
                }
                respond(exchange, 200, PAGE.formatted(escape(who.name), UUID.randomUUID(), widget(who)), "text/html; charset=utf-8");
            }
            case "POST /login" -> login(exchange, form(body));
            case "POST /tell" -> {
                if (who == null) respond(exchange, 401, DOOR, "text/html; charset=utf-8");
                else tell(exchange, who, form(body));
            }
            case "POST /logout" -> {
                if (session != null) SIGNED_IN.remove(session);
                back(exchange);
            }
            default -> respond(exchange, 404, "", "text/plain");
        }
    }

    static void login(HttpExchange exchange, Map<String, String> form) throws IOException {
        Person person = withPassword(form.get("who"), form.get("password"));
        if (person == null) {
            respond(exchange, 401, DOOR, "text/html; charset=utf-8");
            return;
        }
        String session = UUID.randomUUID().toString();
        SIGNED_IN.put(session, person);
        exchange.getResponseHeaders().set("Set-Cookie", "session=" + session + "; HttpOnly; SameSite=Lax; Path=/");
        back(exchange);
    }

    static void tell(HttpExchange exchange, Person who, Map<String, String> form) throws IOException {
        String text = form.get("text").isEmpty() ? "" : Parlour.plain(who.name) + " says: " + Parlour.plain(form.get("text"));
        try { // a double click sends once, because the page has the key
            PARLOUR.send(List.of("user:" + form.get("to")), text, Map.of("topic", "told/" + who.id), form.get("once"));
            back(exchange);
        } catch (Parlour.ParlourException error) {
            respond(exchange, 502, error.code + " " + error.field + ": " + error.getMessage(), "text/plain");
        }
    }

    static void respond(HttpExchange exchange, int status, String text, String type) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    static void back(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Location", "/");
        exchange.sendResponseHeaders(303, -1);
        exchange.close();
    }

    static String session(HttpExchange exchange) {
        for (String cookie : String.valueOf(exchange.getRequestHeaders().getFirst("Cookie")).split("; ")) {
            if (cookie.startsWith("session=")) return cookie.substring("session=".length());
        }
        return null;
    }

    static Map<String, String> form(byte[] body) {
        var form = new HashMap<String, String>();
        for (String pair : new String(body, StandardCharsets.UTF_8).split("&")) {
            String[] parts = pair.split("=", 2);
            form.put(parts[0], parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return form;
    }

    static String setting(String name, String usual) {
        String value = System.getenv(name);
        return value == null ? usual : value;
    }

    public static void main(String[] words) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(setting("PORT", "9000"))), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            try {
                serve(exchange);
            } catch (Exception error) {
                error.printStackTrace();
                respond(exchange, 500, "", "text/plain");
            }
        });
        server.start();
        System.out.println("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }
}
