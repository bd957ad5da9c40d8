package careplan;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.api.server.cdshooks.CdsServiceRequestJson;
import ca.uhn.hapi.fhir.cdshooks.api.json.CdsServiceResponseJson;
import ca.uhn.hapi.fhir.cdshooks.api.json.CdsServicesJson;
import ca.uhn.hapi.fhir.cdshooks.module.CdsHooksObjectMapperFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads JSON files as one of HAPI FHIR's CDS Hooks classes and prints each as that class writes it, a line each. */
public class ReadCdsHooks {
  private static final Map<String, Class<?>> KINDS = Map.of(
      "discovery", CdsServicesJson.class,
      "request", CdsServiceRequestJson.class,
      "response", CdsServiceResponseJson.class);

  public static void main(String[] arguments) throws Exception {
    ObjectMapper mapper = new CdsHooksObjectMapperFactory(FhirContext.forR4()).newMapper();
    mapper.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true);
    Class<?> kind = KINDS.get(arguments[0]);
    for (int number = 1; number < arguments.length; number++) {
      Object read = mapper.readValue(Files.readString(Path.of(arguments[number])), kind);
      System.out.println(mapper.writeValueAsString(read).replaceAll("\\R", " "));
    }
  }
}
