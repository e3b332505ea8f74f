// Marks a message of Kaleyra read, with the HttpURLConnection that Java has always had.

import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;

public class JavaHttpUrlConnection {
    private static final String BODY = "{\"messaging_object\": {\"messaging_product\": \"whatsapp\", "
        + "\"status\": \"read\", \"message_id\": \"AXXXXXXXXXXXXXXXXXXX\"}}";

    public static void main(String[] arguments) throws Exception {
        int patience = (int) (1000 * Double.parseDouble(arguments[0]));
        URL url = new URL("https://api.ap.kaleyra.io/v2/HXIN1690413850IN/whatsapp/+919606012124/messages");
        HttpURLConnection call = (HttpURLConnection) url.openConnection();
        call.setConnectTimeout(patience);
        call.setReadTimeout(patience);
        call.setDoOutput(true);
        call.setRequestProperty("api-key", "A3b8497f58a94e84b671aca43d06c1e27");
        call.setRequestProperty("Content-Type", "application/json");
        call.getOutputStream().write(BODY.getBytes(StandardCharsets.UTF_8));
        try (InputStream answer = call.getInputStream()) {
            String text = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
            System.out.println(call.getResponseCode() + " " + text);
        }
    }
}
