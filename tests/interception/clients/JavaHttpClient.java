// Marks a message of KirimChat read, with the HttpClient of Java 11 and newer.

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

public class JavaHttpClient {
    private static final String BODY = "{\"messaging_product\": \"whatsapp\", \"status\": \"read\", "
        + "\"message_id\": \"wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA\"}";

    public static void main(String[] arguments) throws Exception {
        Duration patience = Duration.ofMillis((long) (1000 * Double.parseDouble(arguments[0])));
        HttpClient client = HttpClient.newBuilder().connectTimeout(patience).build();
        HttpRequest request = HttpRequest.newBuilder()
            .uri(URI.create("https://api.kirim.chat/v1/106540352242922/messages"))
            .timeout(patience)
            .header("Authorization", "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(BODY))
            .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        System.out.println(answer.statusCode() + " " + answer.body());
    }
}
