package careplan;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.utilities.json.model.JsonArray;
import org.hl7.fhir.utilities.json.model.JsonObject;
import org.hl7.fhir.utilities.json.parser.JsonParser;

/**
 * FHIR's own package, laid where the validator keeps packages, from the definitions that HAPI FHIR carries: no FHIR
 * registry is asked. The validator looks there for the elements that an extension may stand on, and reads the
 * package again for every definition that it checks: so it holds the types that are asked for, and no more.
 */
class CorePackage {
  private static final String NAME = "hl7.fhir.r4.core";
  private static final String VERSION = "4.0.1";

  static void layOut(FhirContext context, Set<String> types) throws IOException {
    Path cache = Path.of(System.getProperty("user.home"), ".fhir", "packages");
    Path folder = cache.resolve(NAME + "#" + VERSION).resolve("package");
    Files.createDirectories(folder);
    JsonArray files = new JsonArray();
    for (IBaseResource each : new DefaultProfileValidationSupport(context).fetchAllStructureDefinitions()) {
      StructureDefinition definition = (StructureDefinition) each;
      if (!types.contains(definition.getIdElement().getIdPart())) continue;
      String name = "StructureDefinition-" + definition.getIdElement().getIdPart() + ".json";
      Files.writeString(folder.resolve(name), context.newJsonParser().encodeResourceToString(definition));
      files.add(indexed(name, definition));
    }
    JsonObject index = new JsonObject();
    index.add("index-version", 2);
    index.add("files", files);
    Files.writeString(folder.resolve(".index.json"), JsonParser.compose(index, false));
    JsonObject manifest = new JsonObject();
    manifest.add("name", NAME);
    manifest.add("version", VERSION);
    JsonArray versions = new JsonArray();
    versions.add(VERSION);
    manifest.add("fhirVersions", versions);
    manifest.add("type", "Core");
    Files.writeString(folder.resolve("package.json"), JsonParser.compose(manifest, false));
    Files.writeString(cache.resolve("packages.ini"), "[cache]\nversion=3\n\n[urls]\n\n[local]\n\n[packages]\n"
        + NAME + "#" + VERSION + "=20190101000000\n");
  }

  private static JsonObject indexed(String name, StructureDefinition definition) {
    JsonObject entry = new JsonObject();
    entry.add("filename", name);
    entry.add("resourceType", "StructureDefinition");
    entry.add("id", definition.getIdElement().getIdPart());
    entry.add("url", definition.getUrl());
    entry.add("version", definition.getVersion());
    entry.add("kind", definition.getKind().toCode());
    entry.add("type", definition.getType());
    if (definition.hasDerivation()) entry.add("derivation", definition.getDerivation().toCode());
    return entry;
  }
}
