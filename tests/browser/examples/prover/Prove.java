import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks Parlour.java about callbacks: JSON lines in, a verdict for each out. */
final class Prove {
    public static void main(String[] words) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(verdict((Map<?, ?>) Parlour.Json.read(line)));
        }
    }

    static String verdict(Map<?, ?> given) {
        if (given.get("url") instanceof String url) {
            try {
                return new Parlour(url, "oa", "", "", "").ticket("x", Map.of());
            } catch (Parlour.ParlourException error) {
                return error.code;
            }
        }
        var headers = new HashMap<String, List<String>>();
        ((Map<?, ?>) given.get("headers")).forEach((name, value) -> headers.put((String) name, List.of((String) value)));
        byte[] body = ((String) given.get("body")).getBytes(StandardCharsets.UTF_8);
        var parlour = new Parlour("http://x", "oa", "", (String) given.get("secret"), "");
        try {
            Instant now = given.get("now") instanceof Long seconds ? Instant.ofEpochSecond(seconds) : Instant.now();
            return "good " + parlour.verify(headers, body, now).type();
        } catch (Parlour.ParlourException error) {
            return error.code;
        }
    }
}
