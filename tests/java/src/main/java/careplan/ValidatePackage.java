package careplan;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.utilities.json.model.JsonObject;
import org.hl7.fhir.utilities.json.parser.JsonParser;
import org.hl7.fhir.utilities.npm.NpmPackage;
import org.hl7.fhir.utilities.settings.FhirSettings;

/**
 * Validates every resource of a FHIR package with HL7's validator, as HAPI FHIR carries it, and what the package defines.
 * Usage: ValidatePackage package.tgz; prints one JSON object a message: file, severity, id, where, text.
 */
public class ValidatePackage {
  public static void main(String[] arguments) throws Exception {
    FhirSettings.setProhibitNetworkAccess(true);
    FhirContext context = FhirContext.forR4();
    NpmPackage opened = NpmPackage.fromPackage(new ByteArrayInputStream(Files.readAllBytes(Path.of(arguments[0]))));
    FhirValidator validator = context.newValidator();
    validator.registerValidatorModule(new FhirInstanceValidator(support(context, opened)));
    CorePackage.layOut(context, typesThatCarryExtensions(context, opened));
    resources(opened).entrySet().parallelStream().forEach(entry -> {
      for (SingleValidationMessage message : validator.validateWithResult(entry.getValue()).getMessages()) {
        print(entry.getKey(), message);
      }
    });
  }

  private static Set<String> typesThatCarryExtensions(FhirContext context, NpmPackage opened) throws Exception {
    Set<String> types = new TreeSet<>();
    for (String content : resources(opened, "package").values()) {
      if (!(context.newJsonParser().parseResource(content) instanceof StructureDefinition definition)) continue;
      definition.getContext().forEach(each -> types.add(each.getExpression().split("\\.")[0]));
    }
    return types;
  }

  private static ValidationSupportChain support(FhirContext context, NpmPackage opened) throws Exception {
    PrePopulatedValidationSupport ours = new PrePopulatedValidationSupport(context);
    for (Map.Entry<String, String> entry : resources(opened, "package").entrySet()) {
      IBaseResource resource = context.newJsonParser().parseResource(entry.getValue());
      if (resource instanceof MetadataResource) ours.addResource(resource);
    }
    return new ValidationSupportChain(
        new DefaultProfileValidationSupport(context),
        ours,
        new CommonCodeSystemsTerminologyService(context),
        new InMemoryTerminologyServerValidationSupport(context),
        new SnapshotGeneratingValidationSupport(context));
  }

  private static Map<String, String> resources(NpmPackage opened) throws Exception {
    Map<String, String> all = resources(opened, "package");
    all.putAll(resources(opened, "example"));
    return all;
  }

  private static Map<String, String> resources(NpmPackage opened, String folder) throws Exception {
    Map<String, String> found = new TreeMap<>();
    for (String name : opened.list(folder)) {
      if (name.startsWith(".") || name.equals("package.json")) continue;
      try (InputStream content = opened.load(folder, name)) {
        found.put(folder + "/" + name, new String(content.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return found;
  }

  private static synchronized void print(String file, SingleValidationMessage message) {
    JsonObject line = new JsonObject();
    line.add("file", file);
    line.add("severity", message.getSeverity().getCode());
    line.add("id", String.valueOf(message.getMessageId()));
    line.add("where", String.valueOf(message.getLocationString()));
    line.add("text", message.getMessage());
    System.out.println(JsonParser.compose(line, false));
  }
}
