---@meta
-- Made of the rows in src/providers/segment. Rewrite with: UPDATE=1 cargo test generated

---@class segment.list_supported_destinations_from_audience.args
---@field spaceId string The space's id.
---@field audienceType string What the audience holds.
---@field slug? string Only destinations of this catalog slug.
---@field actionId? string Only destinations with this action.

---@class segment.list_supported_destinations_from_audience.result
---@field destinations table<string, any> The kinds of destination, by slug.

---@class segment.list_activations_from_audience.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.

---@class segment.list_activations_from_audience.result.activations
---@field id string 
---@field enabled boolean 
---@field workspaceId string 
---@field spaceId string 
---@field audienceId string 
---@field connectionId string 
---@field activationType string 
---@field activationName string 
---@field displayName? string 
---@field personalization table<string, any> 
---@field destinationMapping? table<string, any> 
---@field performResync? boolean 

---@class segment.list_activations_from_audience.result
---@field activations segment.list_activations_from_audience.result.activations[] The activations.

---@class segment.get_activation_from_audience.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.
---@field id string The activation's id.

---@class segment.get_activation_from_audience.result.activation
---@field id string 
---@field enabled boolean 
---@field workspaceId string 
---@field spaceId string 
---@field audienceId string 
---@field connectionId string 
---@field activationType string 
---@field activationName string 
---@field displayName? string 
---@field personalization table<string, any> 
---@field destinationMapping? table<string, any> 
---@field performResync? boolean 

---@class segment.get_activation_from_audience.result
---@field activation segment.get_activation_from_audience.result.activation The activation.

---@class segment.update_activation_for_audience.args.personalization.profile
---@field properties? any 
---@field mapping? any 

---@class segment.update_activation_for_audience.args.personalization.entities
---@field properties any 
---@field relationshipSlug string 

---@class segment.update_activation_for_audience.args.personalization
---@field profile? segment.update_activation_for_audience.args.personalization.profile Fields of the profile.
---@field entities? segment.update_activation_for_audience.args.personalization.entities[] Fields of linked entities.
---@field syncEntityPropertyChanges? boolean Whether changes of entities are sent too.

---@class segment.update_activation_for_audience.args.destinationMapping
---@field actionId string The action's id.
---@field settings? table<string, any> Its settings.

---@class segment.update_activation_for_audience.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.
---@field id string The activation's id.
---@field enabled? boolean Whether it is on.
---@field activationName? string Its name.
---@field displayName? string Its name for people.
---@field performResync? boolean Whether everybody already in the audience is sent again.
---@field personalization? segment.update_activation_for_audience.args.personalization Which profile data is sent along.
---@field destinationMapping? segment.update_activation_for_audience.args.destinationMapping The action that runs, and its settings.

---@class segment.update_activation_for_audience.result.activation
---@field id string 
---@field enabled boolean 
---@field workspaceId string 
---@field spaceId string 
---@field audienceId string 
---@field connectionId string 
---@field activationType string 
---@field activationName string 
---@field displayName? string 
---@field personalization table<string, any> 
---@field destinationMapping? table<string, any> 
---@field performResync? boolean 

---@class segment.update_activation_for_audience.result
---@field activation segment.update_activation_for_audience.result.activation The activation.

---@class segment.remove_activation_from_audience.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.
---@field id string The activation's id.

---@class segment.remove_activation_from_audience.result
---@field status string `SUCCESS`.

---@class segment.list_destinations_from_audience.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.

---@class segment.list_destinations_from_audience.result.connections
---@field id string 
---@field name? string 
---@field sourceId string 
---@field enabled boolean 
---@field createdAt string 
---@field updatedAt string 
---@field settings table<string, any> 
---@field destinationId string 
---@field metadata? table<string, any> 
---@field idSyncConfiguration? any[] 
---@field connectionSettings? any 

---@class segment.list_destinations_from_audience.result
---@field connections segment.list_destinations_from_audience.result.connections[] The connections.

---@class segment.add_destination_to_audience.args.destination
---@field id string Its id.
---@field type string Its kind: the catalog slug.

---@class segment.add_destination_to_audience.args.idSyncConfiguration
---@field externalId string The kind of identifier.
---@field strategy string Which of several is sent.
---@field mapTo? string The name it is sent under.

---@class segment.add_destination_to_audience.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.
---@field destination segment.add_destination_to_audience.args.destination The destination.
---@field connectionSettings? any Settings of the connection.
---@field idSyncConfiguration? segment.add_destination_to_audience.args.idSyncConfiguration[] Which identifiers are sent, and under which names.

---@class segment.add_destination_to_audience.result.connection
---@field id string 

---@class segment.add_destination_to_audience.result.idSyncConfiguration
---@field externalId string 
---@field strategy string 
---@field mapTo? string 

---@class segment.add_destination_to_audience.result
---@field connection segment.add_destination_to_audience.result.connection The connection.
---@field idSyncConfiguration segment.add_destination_to_audience.result.idSyncConfiguration[] Which identifiers are sent, and under which names.
---@field connectionSettings? any Settings of the connection.

---@class segment.add_activation_to_audience.args.personalization.profile
---@field properties? any 
---@field mapping? any 

---@class segment.add_activation_to_audience.args.personalization.entities
---@field properties any 
---@field relationshipSlug string 

---@class segment.add_activation_to_audience.args.personalization
---@field profile? segment.add_activation_to_audience.args.personalization.profile Fields of the profile.
---@field entities? segment.add_activation_to_audience.args.personalization.entities[] Fields of linked entities.
---@field syncEntityPropertyChanges? boolean Whether changes of entities are sent too.

---@class segment.add_activation_to_audience.args.destinationMapping
---@field actionId string The action's id.
---@field settings? table<string, any> Its settings.

---@class segment.add_activation_to_audience.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.
---@field connectionId string The id of the connection between audience and destination.
---@field performResync boolean Whether everybody already in the audience is sent again.
---@field activationType string What triggers it, e.g. `AUDIENCE_ENTERED`.
---@field activationName string Its name.
---@field enabled? boolean Whether it is on.
---@field displayName? string Its name for people.
---@field personalization? segment.add_activation_to_audience.args.personalization Which profile data is sent along.
---@field destinationMapping? segment.add_activation_to_audience.args.destinationMapping The action that runs, and its settings.

---@class segment.add_activation_to_audience.result.activation
---@field id string 
---@field enabled boolean 
---@field workspaceId string 
---@field spaceId string 
---@field audienceId string 
---@field connectionId string 
---@field activationType string 
---@field activationName string 
---@field displayName? string 
---@field personalization table<string, any> 
---@field destinationMapping? table<string, any> 
---@field performResync? boolean 

---@class segment.add_activation_to_audience.result
---@field activation segment.add_activation_to_audience.result.activation The activation.

---@class segment.update_destination_for_audience.args.idSyncConfiguration
---@field externalId string The kind of identifier.
---@field strategy string Which of several is sent.
---@field mapTo? string The name it is sent under.

---@class segment.update_destination_for_audience.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.
---@field destinationId string The id of the audience's connection to the destination.
---@field connectionSettings? any Settings of the connection.
---@field idSyncConfiguration? segment.update_destination_for_audience.args.idSyncConfiguration[] Which identifiers are sent, and under which names.

---@class segment.update_destination_for_audience.result.destination
---@field id string 

---@class segment.update_destination_for_audience.result.idSyncConfiguration
---@field externalId string 
---@field strategy string 
---@field mapTo? string 

---@class segment.update_destination_for_audience.result
---@field destination segment.update_destination_for_audience.result.destination The destination.
---@field idSyncConfiguration? segment.update_destination_for_audience.result.idSyncConfiguration[] Which identifiers are sent, and under which names.
---@field connectionSettings? any Settings of the connection.

---@class segment.remove_destination_from_audience.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.
---@field destinationId string The id of the audience's connection to the destination.

---@class segment.remove_destination_from_audience.result
---@field status string `SUCCESS`.

---@class segment.list_audiences.args.search
---@field type "DEFINITION"|"KEY"|"NAME" Where to look.
---@field query string The text to look for.

---@class segment.list_audiences.args
---@field spaceId string The space's id.
---@field include? "schedules" What else to return: `schedules`.
---@field search? segment.list_audiences.args.search Only those that match.

---@class segment.list_audiences.result.audiences
---@field computeCadence table<string, any> 
---@field size? table<string, any> 
---@field options? table<string, any> 
---@field schedules? any[] 
---@field id string 
---@field spaceId string 
---@field name string 
---@field description? string 
---@field key string 
---@field enabled boolean 
---@field definition? table<string, any> 
---@field status? string 
---@field createdBy string 
---@field updatedBy string 
---@field createdAt string 
---@field updatedAt string 
---@field audienceType string 

---@class segment.list_audiences.result
---@field audiences segment.list_audiences.result.audiences[] The audiences.

---@class segment.create_audience.args.options
---@field includeHistoricalData? boolean Whether the past counts.
---@field filterByExternalIds? string[] Only profiles with these kinds of id.
---@field backfillEventDataDays? integer How many days of the past count.

---@class segment.create_audience.args.definition
---@field targetEntity? string The entity it is about, for linked audiences.
---@field query string The query.

---@class segment.create_audience.args
---@field spaceId string The space's id.
---@field name string Its name.
---@field audienceType "ACCOUNTS"|"LINKED"|"USERS" What the audience holds.
---@field enabled? boolean Whether it is on.
---@field description? string Its description.
---@field options? segment.create_audience.args.options How it is computed.
---@field definition segment.create_audience.args.definition What it computes.

---@class segment.create_audience.result.audience
---@field id string 
---@field spaceId string 
---@field name string 
---@field description? string 
---@field key string 
---@field enabled boolean 
---@field definition? table<string, any> 
---@field status? string 
---@field createdBy string 
---@field updatedBy string 
---@field createdAt string 
---@field updatedAt string 
---@field audienceType string 
---@field options? table<string, any> 

---@class segment.create_audience.result
---@field audience segment.create_audience.result.audience The audience.

---@class segment.create_audience_preview.args.options
---@field filterByExternalIds? string[] Only profiles with these kinds of id.
---@field backfillEventDataDays? integer How many days of the past count.

---@class segment.create_audience_preview.args.definition
---@field targetEntity? string The entity it is about, for linked audiences.
---@field query string The query.

---@class segment.create_audience_preview.args
---@field spaceId string The space's id.
---@field audienceType "ACCOUNTS"|"LINKED"|"USERS" What the audience holds.
---@field options? segment.create_audience_preview.args.options How it is computed.
---@field definition segment.create_audience_preview.args.definition What it computes.

---@class segment.create_audience_preview.result.audiencePreview
---@field id string 

---@class segment.create_audience_preview.result
---@field audiencePreview segment.create_audience_preview.result.audiencePreview The audience preview.

---@class segment.get_audience_preview.args
---@field spaceId string The space's id.
---@field id string The preview's id.

---@class segment.get_audience_preview.result.audiencePreview
---@field id string 
---@field audienceType string 
---@field definition table<string, any> 
---@field options table<string, any> 
---@field status string 
---@field results? any[] 
---@field size? table<string, any> 
---@field failureReason? string 

---@class segment.get_audience_preview.result
---@field audiencePreview segment.get_audience_preview.result.audiencePreview The audience preview.

---@class segment.force_execute_audience_run.args
---@field spaceId string The space's id.
---@field audienceId string The audience's id.

---@class segment.force_execute_audience_run.result.run
---@field id string 

---@class segment.force_execute_audience_run.result
---@field run segment.force_execute_audience_run.result.run The run.

---@class segment.get_audience.args
---@field spaceId string The space's id.
---@field id string The audience's id.
---@field include? "schedules" What else to return: `schedules`.

---@class segment.get_audience.result.audience
---@field computeCadence table<string, any> 
---@field size? table<string, any> 
---@field options? table<string, any> 
---@field schedules? any[] 
---@field id string 
---@field spaceId string 
---@field name string 
---@field description? string 
---@field key string 
---@field enabled boolean 
---@field definition? table<string, any> 
---@field status? string 
---@field createdBy string 
---@field updatedBy string 
---@field createdAt string 
---@field updatedAt string 
---@field audienceType string 

---@class segment.get_audience.result
---@field audience segment.get_audience.result.audience The audience.

---@class segment.update_audience_for_space.args.definition
---@field query string The query.

---@class segment.update_audience_for_space.args.options
---@field includeHistoricalData? boolean Whether the past counts.
---@field filterByExternalIds? string[] Only profiles with these kinds of id.
---@field backfillEventDataDays? integer How many days of the past count.

---@class segment.update_audience_for_space.args
---@field spaceId string The space's id.
---@field id string The audience's id.
---@field enabled? boolean Whether it is on.
---@field name? string Its name.
---@field description? string Its description.
---@field definition? segment.update_audience_for_space.args.definition What it computes.
---@field options? segment.update_audience_for_space.args.options How it is computed.

---@class segment.update_audience_for_space.result.audience
---@field id string 
---@field spaceId string 
---@field name string 
---@field description? string 
---@field key string 
---@field enabled boolean 
---@field definition? table<string, any> 
---@field status? string 
---@field createdBy string 
---@field updatedBy string 
---@field createdAt string 
---@field updatedAt string 
---@field audienceType string 
---@field options? table<string, any> 

---@class segment.update_audience_for_space.result
---@field audience segment.update_audience_for_space.result.audience The audience.

---@class segment.remove_audience_from_space.args
---@field spaceId string The space's id.
---@field id string The audience's id.

---@class segment.remove_audience_from_space.result
---@field status string `SUCCESS`.

---@class segment.list_audience_consumers_from_space_and_audience.args.sort
---@field field "CREATED_AT"|"NAME"|"UPDATED_AT" The field to sort by.
---@field direction "ASC"|"DESC" The direction.

---@class segment.list_audience_consumers_from_space_and_audience.args.search
---@field type "DEFINITION"|"KEY"|"NAME" Where to look.
---@field query string The text to look for.

---@class segment.list_audience_consumers_from_space_and_audience.args
---@field spaceId string The space's id.
---@field id string The audience's id.
---@field sort? segment.list_audience_consumers_from_space_and_audience.args.sort In which order.
---@field search? segment.list_audience_consumers_from_space_and_audience.args.search Only those that match.

---@class segment.list_audience_consumers_from_space_and_audience.result.audiences
---@field id string 
---@field spaceId string 
---@field name string 
---@field description? string 
---@field key string 
---@field enabled boolean 
---@field definition? table<string, any> 
---@field status? string 
---@field createdBy string 
---@field updatedBy string 
---@field createdAt string 
---@field updatedAt string 
---@field audienceType string 
---@field options? table<string, any> 

---@class segment.list_audience_consumers_from_space_and_audience.result
---@field audiences segment.list_audience_consumers_from_space_and_audience.result.audiences[] The audiences.

---@class segment.list_audience_schedules_from_space_and_audience.args
---@field spaceId string The space's id.
---@field id string The audience's id.

---@class segment.list_audience_schedules_from_space_and_audience.result.audienceSchedules
---@field id string 
---@field strategy string 
---@field config? table<string, any> 
---@field nextExecution? string 

---@class segment.list_audience_schedules_from_space_and_audience.result
---@field audienceSchedules segment.list_audience_schedules_from_space_and_audience.result.audienceSchedules[] The audience schedules.

---@class segment.add_audience_schedule_to_audience.args.config
---@field interval? string How often, e.g. `12h`.
---@field days? integer[] Days of the week, 0 is Sunday.
---@field hours? integer[] Hours of the day.
---@field timezone? string The time zone, e.g. `Europe/Paris`.

---@class segment.add_audience_schedule_to_audience.args
---@field spaceId string The space's id.
---@field id string The audience's id.
---@field strategy "PERIODIC"|"SPECIFIC_DAYS" How the times are given.
---@field config segment.add_audience_schedule_to_audience.args.config `interval` for `PERIODIC`; `days`, `hours` and `timezone` for `SPECIFIC_DAYS`.

---@class segment.add_audience_schedule_to_audience.result.audienceSchedule
---@field id string 
---@field strategy string 
---@field config? table<string, any> 
---@field nextExecution? string 

---@class segment.add_audience_schedule_to_audience.result
---@field audienceSchedule segment.add_audience_schedule_to_audience.result.audienceSchedule The audience schedule.

---@class segment.get_audience_schedule_from_space_and_audience.args
---@field spaceId string The space's id.
---@field id string The audience's id.
---@field scheduleId string The schedule's id.

---@class segment.get_audience_schedule_from_space_and_audience.result.audienceSchedule
---@field id string 
---@field strategy string 
---@field config? table<string, any> 
---@field nextExecution? string 

---@class segment.get_audience_schedule_from_space_and_audience.result
---@field audienceSchedule segment.get_audience_schedule_from_space_and_audience.result.audienceSchedule The audience schedule.

---@class segment.update_audience_schedule_for_audience.args.config
---@field interval? string How often, e.g. `12h`.
---@field days? integer[] Days of the week, 0 is Sunday.
---@field hours? integer[] Hours of the day.
---@field timezone? string The time zone, e.g. `Europe/Paris`.

---@class segment.update_audience_schedule_for_audience.args
---@field spaceId string The space's id.
---@field id string The audience's id.
---@field scheduleId string The schedule's id.
---@field strategy "PERIODIC"|"SPECIFIC_DAYS" How the times are given.
---@field config segment.update_audience_schedule_for_audience.args.config `interval` for `PERIODIC`; `days`, `hours` and `timezone` for `SPECIFIC_DAYS`.

---@class segment.update_audience_schedule_for_audience.result.audienceSchedule
---@field id string 
---@field strategy string 
---@field config? table<string, any> 
---@field nextExecution? string 

---@class segment.update_audience_schedule_for_audience.result
---@field audienceSchedule segment.update_audience_schedule_for_audience.result.audienceSchedule The audience schedule.

---@class segment.remove_audience_schedule_from_audience.args
---@field spaceId string The space's id.
---@field id string The audience's id.
---@field scheduleId string The schedule's id.

---@class segment.remove_audience_schedule_from_audience.result
---@field status string `SUCCESS`.

---@class segment.list_audit_events.args
---@field startTime? string From when, RFC 3339.
---@field endTime? string Until when, RFC 3339.
---@field resourceId? string Only events about the resource of this id.
---@field resourceType? string Only events about resources of this kind.

---@class segment.list_audit_events.result.events
---@field id string 
---@field timestamp string 
---@field type string 
---@field actor string 
---@field actorEmail? string 
---@field resourceId string 
---@field resourceType string 
---@field resourceName string 

---@class segment.list_audit_events.result
---@field events segment.list_audit_events.result.events[] The events.

---@class segment.get_destinations_catalog.result.destinationsCatalog
---@field id string 
---@field name string 
---@field description string 
---@field slug string 
---@field logos table<string, any> 
---@field options any[] 
---@field status string 
---@field previousNames any[] 
---@field categories any[] 
---@field website string 
---@field components any[] 
---@field supportedFeatures table<string, any> 
---@field supportedMethods table<string, any> 
---@field supportedPlatforms table<string, any> 
---@field actions any[] 
---@field presets any[] 
---@field contacts? any[] 
---@field partnerOwned? boolean 
---@field supportedRegions? any[] 
---@field regionEndpoints? any[] 
---@field multiInstanceSupportedVersion? string 

---@class segment.get_destinations_catalog.result
---@field destinationsCatalog segment.get_destinations_catalog.result.destinationsCatalog[] The destinations catalog.

---@class segment.get_destination_metadata.args
---@field destinationMetadataId string The kind of destination: its id in the catalog.

---@class segment.get_destination_metadata.result.destinationMetadata
---@field id string 
---@field name string 
---@field description string 
---@field slug string 
---@field logos table<string, any> 
---@field options any[] 
---@field status string 
---@field previousNames any[] 
---@field categories any[] 
---@field website string 
---@field components any[] 
---@field supportedFeatures table<string, any> 
---@field supportedMethods table<string, any> 
---@field supportedPlatforms table<string, any> 
---@field actions any[] 
---@field presets any[] 
---@field contacts? any[] 
---@field partnerOwned? boolean 
---@field supportedRegions? any[] 
---@field regionEndpoints? any[] 
---@field multiInstanceSupportedVersion? string 

---@class segment.get_destination_metadata.result
---@field destinationMetadata segment.get_destination_metadata.result.destinationMetadata The destination metadata.

---@class segment.get_sources_catalog.result.sourcesCatalog
---@field id string 
---@field name string 
---@field slug string 
---@field description string 
---@field logos table<string, any> 
---@field options any[] 
---@field categories any[] 
---@field isCloudEventSource boolean 
---@field status string 
---@field partnerOwned? boolean 

---@class segment.get_sources_catalog.result
---@field sourcesCatalog segment.get_sources_catalog.result.sourcesCatalog[] The sources catalog.

---@class segment.get_source_metadata.args
---@field sourceMetadataId string The kind of source: its id in the catalog.

---@class segment.get_source_metadata.result.sourceMetadata
---@field id string 
---@field name string 
---@field slug string 
---@field description string 
---@field logos table<string, any> 
---@field options any[] 
---@field categories any[] 
---@field isCloudEventSource boolean 
---@field status string 
---@field partnerOwned? boolean 

---@class segment.get_source_metadata.result
---@field sourceMetadata segment.get_source_metadata.result.sourceMetadata The source metadata.

---@class segment.get_warehouses_catalog.result.warehousesCatalog
---@field id string 
---@field name string 
---@field slug string 
---@field description string 
---@field logos table<string, any> 
---@field options any[] 

---@class segment.get_warehouses_catalog.result
---@field warehousesCatalog segment.get_warehouses_catalog.result.warehousesCatalog[] The warehouses catalog.

---@class segment.get_warehouse_metadata.args
---@field warehouseMetadataId string The kind of warehouse: its id in the catalog.

---@class segment.get_warehouse_metadata.result.warehouseMetadata
---@field id string 
---@field name string 
---@field slug string 
---@field description string 
---@field logos table<string, any> 
---@field options any[] 

---@class segment.get_warehouse_metadata.result
---@field warehouseMetadata segment.get_warehouse_metadata.result.warehouseMetadata The warehouse metadata.

---@class segment.list_computed_traits.args
---@field spaceId string The space's id.

---@class segment.list_computed_traits.result.computedTraits
---@field id string 
---@field spaceId string 
---@field name string 
---@field description? string 
---@field key string 
---@field enabled boolean 
---@field definition? table<string, any> 
---@field status? string 
---@field createdBy string 
---@field updatedBy string 
---@field createdAt string 
---@field updatedAt string 
---@field options? table<string, any> 

---@class segment.list_computed_traits.result
---@field computedTraits segment.list_computed_traits.result.computedTraits[] The computed traits.

---@class segment.create_computed_trait.args.definition
---@field type "ACCOUNTS"|"USERS" Whose trait it is.
---@field query string The query.

---@class segment.create_computed_trait.args.options
---@field includeHistoricalData? boolean Whether the past counts.
---@field includeAnonymousUsers? boolean Whether anonymous people count.
---@field backfillDurationDays? integer How many days of the past count.

---@class segment.create_computed_trait.args
---@field spaceId string The space's id.
---@field name string Its name.
---@field definition segment.create_computed_trait.args.definition What it computes.
---@field enabled? boolean Whether it is on.
---@field description? string Its description.
---@field options? segment.create_computed_trait.args.options How it is computed.

---@class segment.create_computed_trait.result.computedTrait
---@field id string 
---@field spaceId string 
---@field name string 
---@field description? string 
---@field key string 
---@field enabled boolean 
---@field definition? table<string, any> 
---@field status? string 
---@field createdBy string 
---@field updatedBy string 
---@field createdAt string 
---@field updatedAt string 
---@field options? table<string, any> 

---@class segment.create_computed_trait.result
---@field computedTrait segment.create_computed_trait.result.computedTrait The computed trait.

---@class segment.get_computed_trait.args
---@field spaceId string The space's id.
---@field id string The computed trait's id.

---@class segment.get_computed_trait.result.computedTrait
---@field id string 
---@field spaceId string 
---@field name string 
---@field description? string 
---@field key string 
---@field enabled boolean 
---@field definition? table<string, any> 
---@field status? string 
---@field createdBy string 
---@field updatedBy string 
---@field createdAt string 
---@field updatedAt string 
---@field options? table<string, any> 

---@class segment.get_computed_trait.result
---@field computedTrait segment.get_computed_trait.result.computedTrait The computed trait.

---@class segment.update_computed_trait_for_space.args.definition
---@field type "ACCOUNTS"|"USERS" Whose trait it is.
---@field query string The query.

---@class segment.update_computed_trait_for_space.args
---@field spaceId string The space's id.
---@field id string The computed trait's id.
---@field enabled? boolean Whether it is on.
---@field name? string Its name.
---@field description? string Its description.
---@field definition? segment.update_computed_trait_for_space.args.definition What it computes.

---@class segment.update_computed_trait_for_space.result.computedTrait
---@field id string 
---@field spaceId string 
---@field name string 
---@field description? string 
---@field key string 
---@field enabled boolean 
---@field definition? table<string, any> 
---@field status? string 
---@field createdBy string 
---@field updatedBy string 
---@field createdAt string 
---@field updatedAt string 
---@field options? table<string, any> 

---@class segment.update_computed_trait_for_space.result
---@field computedTrait segment.update_computed_trait_for_space.result.computedTrait The computed trait.

---@class segment.remove_computed_trait_from_space.args
---@field spaceId string The space's id.
---@field id string The computed trait's id.

---@class segment.remove_computed_trait_from_space.result
---@field status string `SUCCESS`.

---@class segment.config_create_source.args.source
---@field name string Its slug, or its whole resource name.
---@field catalog_name string Its kind in the catalog, e.g. `javascript`.

---@class segment.config_create_source.args
---@field workspaceName? string The workspace's slug.
---@field source segment.config_create_source.args.source The source.

---@class segment.config_create_source.result
---@field name string Its resource name.
---@field parent string What it belongs to.
---@field catalog_name string Its kind.
---@field write_keys any[] Its write keys.
---@field library_config table<string, any> Settings of its library.
---@field create_time string When it was made.

---@class segment.config_delete_source.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.

---@class segment.config_list_destinations.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.

---@class segment.config_list_destinations.result.destinations
---@field name string 
---@field parent string 
---@field display_name string 
---@field enabled boolean 
---@field connection_mode string 
---@field config any[] 
---@field create_time string 
---@field update_time string 

---@class segment.config_list_destinations.result
---@field destinations segment.config_list_destinations.result.destinations[] The destinations.

---@class segment.config_create_destination.args.destination
---@field name string Its catalog slug, e.g. `amplitude`, or its whole resource name.
---@field enabled? boolean Whether it is on.
---@field connection_mode? string `CLOUD` or `DEVICE`.
---@field config? any[] Its settings: `name`, `type` and `value` of each.

---@class segment.config_create_destination.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destination segment.config_create_destination.args.destination The destination.

---@class segment.config_create_destination.result.config
---@field name string 
---@field display_name string 
---@field value string 
---@field type string 

---@class segment.config_create_destination.result
---@field name string Its resource name.
---@field parent string What it belongs to.
---@field display_name string Its name for people.
---@field enabled boolean Whether it is on.
---@field connection_mode string `CLOUD`, `DEVICE` or `UNSPECIFIED`.
---@field config segment.config_create_destination.result.config[] Its settings.
---@field create_time string When it was made.
---@field update_time string When it was last changed.

---@class segment.config_get_destination.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.

---@class segment.config_get_destination.result.config
---@field name string 
---@field display_name string 
---@field value string 
---@field type string 

---@class segment.config_get_destination.result
---@field name string Its resource name.
---@field parent string What it belongs to.
---@field display_name string Its name for people.
---@field enabled boolean Whether it is on.
---@field connection_mode string `CLOUD`, `DEVICE` or `UNSPECIFIED`.
---@field config segment.config_get_destination.result.config[] Its settings.
---@field create_time string When it was made.
---@field update_time string When it was last changed.

---@class segment.config_update_destination.args.destination
---@field enabled? boolean Whether it is on.
---@field config? any[] Its settings: `name`, `type` and `value` of each.

---@class segment.config_update_destination.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.
---@field destination segment.config_update_destination.args.destination The destination.

---@class segment.config_update_destination.result.config
---@field name string 
---@field display_name string 
---@field value string 
---@field type string 

---@class segment.config_update_destination.result
---@field name string Its resource name.
---@field parent string What it belongs to.
---@field display_name string Its name for people.
---@field enabled boolean Whether it is on.
---@field connection_mode string `CLOUD`, `DEVICE` or `UNSPECIFIED`.
---@field config segment.config_update_destination.result.config[] Its settings.
---@field create_time string When it was made.
---@field update_time string When it was last changed.

---@class segment.config_delete_destination.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.

---@class segment.config_list_tracking_plans.args
---@field workspaceName? string The workspace's slug.

---@class segment.config_list_tracking_plans.result.tracking_plans
---@field name string 
---@field display_name string 
---@field rules table<string, any> 
---@field create_time string 
---@field update_time string 

---@class segment.config_list_tracking_plans.result
---@field tracking_plans segment.config_list_tracking_plans.result.tracking_plans[] The tracking plans.

---@class segment.config_create_tracking_plan.args.tracking_plan
---@field display_name string Its name for people.
---@field rules? table<string, any> The rules: `global`, `events`, `identify`, `group`.

---@class segment.config_create_tracking_plan.args
---@field workspaceName? string The workspace's slug.
---@field tracking_plan segment.config_create_tracking_plan.args.tracking_plan The tracking plan.

---@class segment.config_create_tracking_plan.result
---@field name string Its resource name.
---@field display_name string Its name for people.
---@field rules table<string, any> Its rules.
---@field create_time string When it was made.
---@field update_time string When it was last changed.

---@class segment.config_list_workspaces.result
---@field workspaces any[] The workspaces.

---@class segment.config_get_schema_config.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.

---@class segment.config_update_schema_config.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field schema_config table<string, any> The settings.

---@class segment.config_update_connected_warehouses.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field connected_warehouses table<string, any> The warehouses.

---@class segment.config_list_destination_filters.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.
---@field page_size? integer How many on a page.
---@field page_token? string Where the page starts, as the page before says.

---@class segment.config_list_destination_filters.result
---@field next_page_token string Where the next page starts; empty at the end.

---@class segment.config_create_destination_filter.args.filter
---@field title? string Its title.
---@field description? string Its description.
---@field if string The condition, in FQL.
---@field actions any[] What happens to an event that meets it.
---@field enabled? boolean Whether it is on.

---@class segment.config_create_destination_filter.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.
---@field filter segment.config_create_destination_filter.args.filter The filter.

---@class segment.config_get_destination_filter.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.
---@field filterName string The filter's id, e.g. `df_…`.

---@class segment.config_update_destination_filter.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.
---@field filterName string The filter's id, e.g. `df_…`.
---@field filter table<string, any> The filter.

---@class segment.config_delete_destination_filter.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.
---@field filterName string The filter's id, e.g. `df_…`.

---@class segment.config_preview_destination_filter.args
---@field filter table<string, any> The filter.
---@field payload table<string, any> The event to try it on.

---@class segment.config_get_tracking_plan.args
---@field workspaceName? string The workspace's slug.
---@field trackingPlanName string The tracking plan's id, e.g. `rs_…`.

---@class segment.config_get_tracking_plan.result
---@field name string Its resource name.
---@field display_name string Its name for people.
---@field rules table<string, any> Its rules.
---@field create_time string When it was made.
---@field update_time string When it was last changed.

---@class segment.config_update_tracking_plan.args
---@field workspaceName? string The workspace's slug.
---@field trackingPlanName string The tracking plan's id, e.g. `rs_…`.
---@field tracking_plan table<string, any> The tracking plan.

---@class segment.config_update_tracking_plan.result
---@field name string Its resource name.
---@field display_name string Its name for people.
---@field rules table<string, any> Its rules.
---@field create_time string When it was made.
---@field update_time string When it was last changed.

---@class segment.config_delete_tracking_plan.args
---@field workspaceName? string The workspace's slug.
---@field trackingPlanName string The tracking plan's id, e.g. `rs_…`.

---@class segment.config_list_tracking_plan_connections.args
---@field workspaceName? string The workspace's slug.
---@field trackingPlanName string The tracking plan's id, e.g. `rs_…`.

---@class segment.config_create_tracking_plan_connection.args
---@field workspaceName? string The workspace's slug.
---@field trackingPlanName string The tracking plan's id, e.g. `rs_…`.
---@field source_name string The source's slug, or its whole resource name.

---@class segment.config_batch_create_tracking_plan_connections.args
---@field workspaceName? string The workspace's slug.
---@field trackingPlanName string The tracking plan's id, e.g. `rs_…`.
---@field requests? table<string, any>[] The connections: `source_name` of each.

---@class segment.config_delete_tracking_plan_connection.args
---@field workspaceName? string The workspace's slug.
---@field trackingPlanName string The tracking plan's id, e.g. `rs_…`.
---@field sourceName string The source's slug.

---@class segment.config_list_source_catalog.args
---@field page_size? integer How many on a page.
---@field page_token? string Where the page starts, as the page before says.

---@class segment.config_list_source_catalog.result
---@field next_page_token string Where the next page starts; empty at the end.

---@class segment.config_get_source_catalog.args
---@field sourceName string The source's slug.

---@class segment.config_list_destination_catalog.args
---@field page_size? integer How many on a page.
---@field page_token? string Where the page starts, as the page before says.

---@class segment.config_list_destination_catalog.result
---@field next_page_token string Where the next page starts; empty at the end.

---@class segment.config_get_destination_catalog.args
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.

---@class segment.config_get_destination_metric.args
---@field workspaceName? string The workspace's slug.
---@field sourceName string The source's slug.
---@field destinationName string The destination's catalog slug, e.g. `amplitude`.
---@field metricName string The metric's name.

---@class segment.config_create_regulation.args.attributes
---@field name "userId" Its resource name.
---@field values string[] The ids.

---@class segment.config_create_regulation.args
---@field workspaceName? string The workspace's slug.
---@field regulation_type string What to do.
---@field attributes segment.config_create_regulation.args.attributes Whose data: `name` is `userId`, `values` are the ids.

---@class segment.config_list_regulations.args
---@field workspaceName? string The workspace's slug.
---@field page_size? integer How many on a page.
---@field page_token? string Where the page starts, as the page before says.

---@class segment.config_list_regulations.result
---@field next_page_token string Where the next page starts; empty at the end.

---@class segment.config_get_regulation.args
---@field workspaceName? string The workspace's slug.
---@field regulationId string The request's id.

---@class segment.config_delete_regulation.args
---@field workspaceName? string The workspace's slug.
---@field regulationId string The request's id.

---@class segment.config_list_suppressed_users.args
---@field workspaceName? string The workspace's slug.
---@field page_size? integer How many on a page.
---@field page_token? string Where the page starts, as the page before says.

---@class segment.config_list_suppressed_users.result
---@field next_page_token string Where the next page starts; empty at the end.

---@class segment.config_list_roles.args
---@field workspaceName? string The workspace's slug.

---@class segment.config_list_policies.args
---@field workspaceName? string The workspace's slug.

---@class segment.config_list_invites.args
---@field workspaceName? string The workspace's slug.

---@class segment.config_create_invite.args
---@field workspaceName? string The workspace's slug.
---@field invite? table<string, any> Whom to invite: `email`.

---@class segment.config_delete_invite.args
---@field workspaceName? string The workspace's slug.
---@field email string The e-mail address.

---@class segment.config_list_users.args
---@field workspaceName? string The workspace's slug.
---@field page_size? integer How many on a page.
---@field page_token? string Where the page starts, as the page before says.

---@class segment.config_list_users.result
---@field next_page_token string Where the next page starts; empty at the end.

---@class segment.config_list_functions.args
---@field workspaceName? string The workspace's slug.
---@field page_size? integer How many on a page.
---@field page_token? string Where the page starts, as the page before says.

---@class segment.config_list_functions.result
---@field next_page_token string Where the next page starts; empty at the end.

---@class segment.config_create_function.args.function
---@field type "SOURCE"|"DESTINATION" Its kind.
---@field code string Its JavaScript.
---@field display_name string Its name for people.
---@field settings? any[] The settings a person fills in.

---@class segment.config_create_function.args
---@field workspaceName? string The workspace's slug.
---@field function segment.config_create_function.args.function The function.

---@class segment.config_get_function.args
---@field workspaceName? string The workspace's slug.
---@field functionName string The function's id, e.g. `sfn_…`.

---@class segment.config_update_function.args
---@field workspaceName? string The workspace's slug.
---@field functionName string The function's id, e.g. `sfn_…`.
---@field function table<string, any> The function.

---@class segment.config_delete_function.args
---@field workspaceName? string The workspace's slug.
---@field functionName string The function's id, e.g. `sfn_…`.

---@class segment.config_deploy_function.args
---@field workspaceName? string The workspace's slug.
---@field functionName string The function's id, e.g. `sfn_…`.

---@class segment.config_create_access_token.args.access_token
---@field description string Its description.
---@field scopes "workspace"|"workspace:read" What it may do.
---@field workspace_names string[] The workspaces it is for.

---@class segment.config_create_access_token.args
---@field access_token segment.config_create_access_token.args.access_token What the token is for.

---@class segment.config_create_access_token.result
---@field name string Its resource name.
---@field description string What it is for.
---@field scopes string What it may do.
---@field create_time string When it was made.
---@field token string The token; it is shown this once.
---@field workspace_names any[] The workspaces it is for.

---@class segment.list_credentials.result.credentials
---@field id string 
---@field workspaceId string 
---@field name string 
---@field settings table<string, any> 
---@field createdAt string 
---@field updatedAt string 

---@class segment.list_credentials.result
---@field credentials segment.list_credentials.result.credentials[] The credentials.

---@class segment.create_credential.args
---@field name string Its name.
---@field settings table<string, any> The login: what the service it is for asks for.

---@class segment.create_credential.result.credential
---@field id string 
---@field workspaceId string 
---@field name string 
---@field settings table<string, any> 
---@field createdAt string 
---@field updatedAt string 

---@class segment.create_credential.result
---@field credential segment.create_credential.result.credential The credential.

---@class segment.get_credential.args
---@field credentialId string The credential's id.

---@class segment.get_credential.result.credential
---@field id string 
---@field workspaceId string 
---@field name string 
---@field settings table<string, any> 
---@field createdAt string 
---@field updatedAt string 

---@class segment.get_credential.result
---@field credential segment.get_credential.result.credential The credential.

---@class segment.update_credential.args
---@field credentialId string The credential's id.
---@field name? string Its name.
---@field settings? table<string, any> The login, as a whole.

---@class segment.update_credential.result.credential
---@field id string 
---@field workspaceId string 
---@field name string 
---@field settings table<string, any> 
---@field createdAt string 
---@field updatedAt string 

---@class segment.update_credential.result
---@field credential segment.update_credential.result.credential The credential.

---@class segment.delete_credential.args
---@field credentialId string The credential's id.

---@class segment.delete_credential.result
---@field status string `SUCCESS`.

---@class segment.list_credential_consumers.args.warehousesPagination
---@field cursor? string Where the page starts.
---@field count integer How many on a page.

---@class segment.list_credential_consumers.args.sourcesPagination
---@field cursor? string Where the page starts.
---@field count integer How many on a page.

---@class segment.list_credential_consumers.args
---@field credentialId string The credential's id.
---@field warehousesPagination? segment.list_credential_consumers.args.warehousesPagination Which page of warehouses.
---@field sourcesPagination? segment.list_credential_consumers.args.sourcesPagination Which page of sources.

---@class segment.list_credential_consumers.result.warehouses
---@field id string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field settings table<string, any> 

---@class segment.list_credential_consumers.result.sources
---@field id string 
---@field slug string 
---@field name? string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field writeKeys any[] 
---@field settings? table<string, any> 
---@field labels any[] 

---@class segment.list_credential_consumers.result
---@field warehouses segment.list_credential_consumers.result.warehouses[] The warehouses.
---@field warehousesPagination table<string, any> Where the next page of warehouses starts.
---@field sources segment.list_credential_consumers.result.sources[] The sources.
---@field sourcesPagination table<string, any> Where the next page of sources starts.

---@class segment.create_download.args
---@field collectionId string Which collection of data.
---@field hour string The hour, RFC 3339.

---@class segment.create_download.result.download
---@field urls any[] 

---@class segment.create_download.result
---@field download segment.create_download.result.download The links.

---@class segment.create_dbt_model_sync_trigger.args
---@field sourceId string The Reverse ETL source that has the dbt project.

---@class segment.create_dbt_model_sync_trigger.result.dbtModelSyncTrigger
---@field id string 
---@field sourceId? string 
---@field status string 

---@class segment.create_dbt_model_sync_trigger.result
---@field dbtModelSyncTrigger segment.create_dbt_model_sync_trigger.result.dbtModelSyncTrigger The dbt model sync trigger.

---@class segment.get_egress_failed_metrics_from_delivery_overview.args.filter
---@field discardReason? string[] Only these reasons.
---@field eventName? string[] Only events of these names.
---@field eventType? string[] Only these types of event.
---@field appVersion? string[] Only these app versions.
---@field subscriptionId? string[] Only these subscriptions.
---@field activationId? string[] Only these activations.
---@field audienceId? string[] Only these audiences.
---@field spaceId? string[] Only these spaces.

---@class segment.get_egress_failed_metrics_from_delivery_overview.args
---@field sourceId string The source's id.
---@field destinationConfigId string The destination's id.
---@field startTime string From when, RFC 3339.
---@field endTime string Until when, RFC 3339.
---@field granularity "DAY"|"HOUR"|"MINUTE" How long one step of time is.
---@field groupBy? string[] What to count separately, e.g. `eventName`.
---@field filter? segment.get_egress_failed_metrics_from_delivery_overview.args.filter Which events to count.

---@class segment.get_egress_failed_metrics_from_delivery_overview.result.dataset
---@field eventName? string 
---@field appVersion? string 
---@field eventType? string 
---@field discardReason? string 
---@field total number 
---@field series any[] 
---@field totalRetryCount? number 

---@class segment.get_egress_failed_metrics_from_delivery_overview.result
---@field total number How many in all.
---@field dataset segment.get_egress_failed_metrics_from_delivery_overview.result.dataset[] The counts, step by step.

---@class segment.get_ingress_failed_metrics_from_delivery_overview.args.filter
---@field discardReason? string[] Only these reasons.
---@field eventName? string[] Only events of these names.
---@field eventType? string[] Only these types of event.
---@field appVersion? string[] Only these app versions.

---@class segment.get_ingress_failed_metrics_from_delivery_overview.args
---@field sourceId string The source's id.
---@field startTime string From when, RFC 3339.
---@field endTime string Until when, RFC 3339.
---@field granularity "DAY"|"HOUR"|"MINUTE" How long one step of time is.
---@field groupBy? string[] What to count separately, e.g. `eventName`.
---@field filter? segment.get_ingress_failed_metrics_from_delivery_overview.args.filter Which events to count.

---@class segment.get_ingress_failed_metrics_from_delivery_overview.result.dataset
---@field eventName? string 
---@field appVersion? string 
---@field eventType? string 
---@field discardReason? string 
---@field total number 
---@field series any[] 
---@field totalRetryCount? number 

---@class segment.get_ingress_failed_metrics_from_delivery_overview.result
---@field total number How many in all.
---@field dataset segment.get_ingress_failed_metrics_from_delivery_overview.result.dataset[] The counts, step by step.

---@class segment.get_filtered_at_destination_metrics_from_delivery_overview.args.filter
---@field discardReason? string[] Only these reasons.
---@field eventName? string[] Only events of these names.
---@field eventType? string[] Only these types of event.
---@field appVersion? string[] Only these app versions.
---@field subscriptionId? string[] Only these subscriptions.
---@field activationId? string[] Only these activations.
---@field audienceId? string[] Only these audiences.
---@field spaceId? string[] Only these spaces.

---@class segment.get_filtered_at_destination_metrics_from_delivery_overview.args
---@field sourceId string The source's id.
---@field destinationConfigId string The destination's id.
---@field startTime string From when, RFC 3339.
---@field endTime string Until when, RFC 3339.
---@field granularity "DAY"|"HOUR"|"MINUTE" How long one step of time is.
---@field groupBy? string[] What to count separately, e.g. `eventName`.
---@field filter? segment.get_filtered_at_destination_metrics_from_delivery_overview.args.filter Which events to count.

---@class segment.get_filtered_at_destination_metrics_from_delivery_overview.result.dataset
---@field eventName? string 
---@field appVersion? string 
---@field eventType? string 
---@field discardReason? string 
---@field total number 
---@field series any[] 
---@field totalRetryCount? number 

---@class segment.get_filtered_at_destination_metrics_from_delivery_overview.result
---@field total number How many in all.
---@field dataset segment.get_filtered_at_destination_metrics_from_delivery_overview.result.dataset[] The counts, step by step.

---@class segment.get_filtered_at_source_metrics_from_delivery_overview.args.filter
---@field discardReason? string[] Only these reasons.
---@field eventName? string[] Only events of these names.
---@field eventType? string[] Only these types of event.
---@field appVersion? string[] Only these app versions.

---@class segment.get_filtered_at_source_metrics_from_delivery_overview.args
---@field sourceId string The source's id.
---@field startTime string From when, RFC 3339.
---@field endTime string Until when, RFC 3339.
---@field granularity "DAY"|"HOUR"|"MINUTE" How long one step of time is.
---@field groupBy? string[] What to count separately, e.g. `eventName`.
---@field filter? segment.get_filtered_at_source_metrics_from_delivery_overview.args.filter Which events to count.

---@class segment.get_filtered_at_source_metrics_from_delivery_overview.result.dataset
---@field eventName? string 
---@field appVersion? string 
---@field eventType? string 
---@field discardReason? string 
---@field total number 
---@field series any[] 
---@field totalRetryCount? number 

---@class segment.get_filtered_at_source_metrics_from_delivery_overview.result
---@field total number How many in all.
---@field dataset segment.get_filtered_at_source_metrics_from_delivery_overview.result.dataset[] The counts, step by step.

---@class segment.get_egress_success_metrics_from_delivery_overview.args.filter
---@field discardReason? string[] Only these reasons.
---@field eventName? string[] Only events of these names.
---@field eventType? string[] Only these types of event.
---@field appVersion? string[] Only these app versions.
---@field subscriptionId? string[] Only these subscriptions.
---@field activationId? string[] Only these activations.
---@field audienceId? string[] Only these audiences.
---@field spaceId? string[] Only these spaces.

---@class segment.get_egress_success_metrics_from_delivery_overview.args
---@field sourceId string The source's id.
---@field destinationConfigId string The destination's id.
---@field startTime string From when, RFC 3339.
---@field endTime string Until when, RFC 3339.
---@field granularity "DAY"|"HOUR"|"MINUTE" How long one step of time is.
---@field groupBy? string[] What to count separately, e.g. `eventName`.
---@field filter? segment.get_egress_success_metrics_from_delivery_overview.args.filter Which events to count.

---@class segment.get_egress_success_metrics_from_delivery_overview.result.dataset
---@field eventName? string 
---@field appVersion? string 
---@field eventType? string 
---@field discardReason? string 
---@field total number 
---@field series any[] 
---@field totalRetryCount? number 

---@class segment.get_egress_success_metrics_from_delivery_overview.result
---@field total number How many in all.
---@field dataset segment.get_egress_success_metrics_from_delivery_overview.result.dataset[] The counts, step by step.

---@class segment.get_ingress_success_metrics_from_delivery_overview.args.filter
---@field eventName? string[] Only events of these names.
---@field eventType? string[] Only these types of event.
---@field appVersion? string[] Only these app versions.

---@class segment.get_ingress_success_metrics_from_delivery_overview.args
---@field sourceId string The source's id.
---@field startTime string From when, RFC 3339.
---@field endTime string Until when, RFC 3339.
---@field granularity "DAY"|"HOUR"|"MINUTE" How long one step of time is.
---@field groupBy? string[] What to count separately, e.g. `eventName`.
---@field filter? segment.get_ingress_success_metrics_from_delivery_overview.args.filter Which events to count.

---@class segment.get_ingress_success_metrics_from_delivery_overview.result.dataset
---@field eventName? string 
---@field appVersion? string 
---@field eventType? string 
---@field discardReason? string 
---@field total number 
---@field series any[] 
---@field totalRetryCount? number 

---@class segment.get_ingress_success_metrics_from_delivery_overview.result
---@field total number How many in all.
---@field dataset segment.get_ingress_success_metrics_from_delivery_overview.result.dataset[] The counts, step by step.

---@class segment.preview_destination_filter.args.filter.actions
---@field type string What to do.
---@field fields? any Which fields, by part of the event.
---@field percent? number Which share is let through.
---@field path? string The field that decides who is in the sample.

---@class segment.preview_destination_filter.args.filter
---@field if string The condition, in FQL.
---@field actions segment.preview_destination_filter.args.filter.actions[] What happens to an event that meets it.

---@class segment.preview_destination_filter.args
---@field filter segment.preview_destination_filter.args.filter The filter to try.
---@field payload table<string, any> The event to try it on.

---@class segment.preview_destination_filter.result
---@field inputPayload table<string, any> The event as given.
---@field result? table<string, any> The event as the destination would get it; null when dropped.

---@class segment.list_filters_from_destination.args
---@field destinationId string The destination's id.

---@class segment.list_filters_from_destination.result.filters
---@field id string 
---@field sourceId string 
---@field destinationId string 
---@field if string 
---@field actions any[] 
---@field title string 
---@field description? string 
---@field enabled boolean 
---@field createdAt string 
---@field updatedAt string 

---@class segment.list_filters_from_destination.result
---@field filters segment.list_filters_from_destination.result.filters[] The filters.

---@class segment.create_filter_for_destination.args.actions
---@field type "ALLOW_PROPERTIES"|"DROP"|"DROP_PROPERTIES"|"SAMPLE" What to do.
---@field fields? table<string, any> Which fields, by part of the event.
---@field percent? number Which share is let through.
---@field path? string The field that decides who is in the sample.

---@class segment.create_filter_for_destination.args
---@field destinationId string The destination's id.
---@field sourceId string The source whose events it filters.
---@field if string The condition, in Segment's filter language (FQL).
---@field actions segment.create_filter_for_destination.args.actions[] What happens to an event that meets it.
---@field title string Its title.
---@field enabled boolean Whether it is on.
---@field description? string Its description.

---@class segment.create_filter_for_destination.result.filter
---@field id string 
---@field sourceId string 
---@field destinationId string 
---@field if string 
---@field actions any[] 
---@field title string 
---@field description? string 
---@field enabled boolean 
---@field createdAt string 
---@field updatedAt string 

---@class segment.create_filter_for_destination.result
---@field filter segment.create_filter_for_destination.result.filter The filter.

---@class segment.get_filter_in_destination.args
---@field destinationId string The destination's id.
---@field filterId string The filter's id.

---@class segment.get_filter_in_destination.result.filter
---@field id string 
---@field sourceId string 
---@field destinationId string 
---@field if string 
---@field actions any[] 
---@field title string 
---@field description? string 
---@field enabled boolean 
---@field createdAt string 
---@field updatedAt string 

---@class segment.get_filter_in_destination.result
---@field filter segment.get_filter_in_destination.result.filter The filter.

---@class segment.update_filter_for_destination.args.actions
---@field type "ALLOW_PROPERTIES"|"DROP"|"DROP_PROPERTIES"|"SAMPLE" What to do.
---@field fields? table<string, any> Which fields, by part of the event.
---@field percent? number Which share is let through.
---@field path? string The field that decides who is in the sample.

---@class segment.update_filter_for_destination.args
---@field destinationId string The destination's id.
---@field filterId string The filter's id.
---@field if? string The condition, in Segment's filter language (FQL).
---@field actions? segment.update_filter_for_destination.args.actions[] What happens to an event that meets it.
---@field title? string Its title.
---@field description? string Its description.
---@field enabled? boolean Whether it is on.

---@class segment.update_filter_for_destination.result.filter
---@field id string 
---@field sourceId string 
---@field destinationId string 
---@field if string 
---@field actions any[] 
---@field title string 
---@field description? string 
---@field enabled boolean 
---@field createdAt string 
---@field updatedAt string 

---@class segment.update_filter_for_destination.result
---@field filter segment.update_filter_for_destination.result.filter The filter.

---@class segment.remove_filter_from_destination.args
---@field destinationId string The destination's id.
---@field filterId string The filter's id.

---@class segment.remove_filter_from_destination.result
---@field status string `SUCCESS`.

---@class segment.list_destinations.result.destinations
---@field id string 
---@field name? string 
---@field enabled boolean 
---@field metadata table<string, any> 
---@field sourceId string 
---@field settings table<string, any> 

---@class segment.list_destinations.result
---@field destinations segment.list_destinations.result.destinations[] The destinations.

---@class segment.create_destination.args
---@field sourceId string The source whose events it gets.
---@field metadataId string The kind of destination: its id in the catalog, or its slug there, e.g. `webhooks`.
---@field settings table<string, any> Its settings, as its kind in the catalog names them.
---@field enabled? boolean Whether it is on.
---@field name? string Its name.

---@class segment.create_destination.result.destination
---@field id string 
---@field name? string 
---@field enabled boolean 
---@field metadata table<string, any> 
---@field sourceId string 
---@field settings table<string, any> 

---@class segment.create_destination.result
---@field destination segment.create_destination.result.destination The destination.

---@class segment.get_destination.args
---@field destinationId string The destination's id.

---@class segment.get_destination.result.destination
---@field id string 
---@field name? string 
---@field enabled boolean 
---@field metadata table<string, any> 
---@field sourceId string 
---@field settings table<string, any> 

---@class segment.get_destination.result
---@field destination segment.get_destination.result.destination The destination.

---@class segment.update_destination.args
---@field destinationId string The destination's id.
---@field name? string Its name.
---@field enabled? boolean Whether it is on.
---@field settings? table<string, any> Its settings, as its kind in the catalog names them.

---@class segment.update_destination.result.destination
---@field id string 
---@field name? string 
---@field enabled boolean 
---@field metadata table<string, any> 
---@field sourceId string 
---@field settings table<string, any> 

---@class segment.update_destination.result
---@field destination segment.update_destination.result.destination The destination.

---@class segment.delete_destination.args
---@field destinationId string The destination's id.

---@class segment.delete_destination.result
---@field status string `SUCCESS`.

---@class segment.list_delivery_metrics_summary_from_destination.args
---@field destinationId string The destination's id.
---@field sourceId string The source whose events are counted.
---@field startTime? string From when, RFC 3339.
---@field endTime? string Until when, RFC 3339.
---@field granularity? "DAY"|"HOUR"|"MINUTE" How long one step of time is.

---@class segment.list_delivery_metrics_summary_from_destination.result.deliveryMetricsSummary
---@field sourceId string 
---@field destinationMetadataId string 
---@field metrics any[] 

---@class segment.list_delivery_metrics_summary_from_destination.result
---@field deliveryMetricsSummary segment.list_delivery_metrics_summary_from_destination.result.deliveryMetricsSummary The counts and times.

---@class segment.list_subscriptions_from_destination.args
---@field destinationId string The destination's id.

---@class segment.list_subscriptions_from_destination.result.subscriptions
---@field id string 
---@field name string 
---@field actionId string 
---@field actionSlug string 
---@field destinationId string 
---@field enabled boolean 
---@field settings table<string, any> 
---@field trigger string 
---@field modelId? string 
---@field reverseETLSchedule? table<string, any> 

---@class segment.list_subscriptions_from_destination.result
---@field subscriptions segment.list_subscriptions_from_destination.result.subscriptions[] The subscriptions.

---@class segment.create_destination_subscription.args
---@field destinationId string The destination's id.
---@field name string Its name.
---@field actionId string The action's id, from the destination's metadata.
---@field trigger string Which events run the action, in FQL.
---@field enabled boolean Whether it is on.
---@field settings? table<string, any> How event fields map to the action's fields.
---@field modelId? string The Reverse ETL model it is for, if any.

---@class segment.create_destination_subscription.result.destinationSubscription
---@field id string 
---@field name string 
---@field actionId string 
---@field actionSlug string 
---@field destinationId string 
---@field enabled boolean 
---@field settings table<string, any> 
---@field trigger string 
---@field modelId? string 
---@field reverseETLSchedule? table<string, any> 

---@class segment.create_destination_subscription.result
---@field destinationSubscription segment.create_destination_subscription.result.destinationSubscription The destination subscription.

---@class segment.get_subscription_from_destination.args
---@field destinationId string The destination's id.
---@field id string The subscription's id.

---@class segment.get_subscription_from_destination.result.subscription
---@field id string 
---@field name string 
---@field actionId string 
---@field actionSlug string 
---@field destinationId string 
---@field enabled boolean 
---@field settings table<string, any> 
---@field trigger string 
---@field modelId? string 
---@field reverseETLSchedule? table<string, any> 

---@class segment.get_subscription_from_destination.result
---@field subscription segment.get_subscription_from_destination.result.subscription The subscription.

---@class segment.update_subscription_for_destination.args.input.reverseETLSchedule
---@field strategy string Which of several is sent.
---@field config? any 

---@class segment.update_subscription_for_destination.args.input
---@field name? string Its name.
---@field trigger? string Which events, in FQL.
---@field enabled? boolean Whether it is on.
---@field settings? table<string, any> How event fields map to the action's fields.
---@field reverseETLModelId? string The Reverse ETL model.
---@field reverseETLSchedule? segment.update_subscription_for_destination.args.input.reverseETLSchedule When the model is synced.

---@class segment.update_subscription_for_destination.args
---@field destinationId string The destination's id.
---@field id string The subscription's id.
---@field input segment.update_subscription_for_destination.args.input What changes.

---@class segment.update_subscription_for_destination.result.subscription
---@field id string 
---@field name string 
---@field actionId string 
---@field actionSlug string 
---@field destinationId string 
---@field enabled boolean 
---@field settings table<string, any> 
---@field trigger string 
---@field modelId? string 
---@field reverseETLSchedule? table<string, any> 

---@class segment.update_subscription_for_destination.result
---@field subscription segment.update_subscription_for_destination.result.subscription The subscription.

---@class segment.remove_subscription_from_destination.args
---@field destinationId string The destination's id.
---@field id string The subscription's id.

---@class segment.remove_subscription_from_destination.result
---@field status string `SUCCESS`.

---@class segment.list_functions.args
---@field resourceType? "DESTINATION"|"INSERT_DESTINATION"|"INSERT_SOURCE"|"INSERT_TRANSFORMATION"|"SOURCE" Only functions of this kind.

---@class segment.list_functions.result.functions
---@field id? string 
---@field resourceType? string 
---@field createdAt? string 
---@field createdBy? string 
---@field displayName? string 
---@field description? string 
---@field logoUrl? string 
---@field catalogId? string 

---@class segment.list_functions.result
---@field functions segment.list_functions.result.functions[] The functions.

---@class segment.create_function.args.settings
---@field name string Its name.
---@field label string Its name for people.
---@field description string Its description.
---@field type "ARRAY"|"BOOLEAN"|"STRING"|"TEXT_MAP" Its kind.
---@field required boolean Whether it must be filled in.
---@field sensitive boolean Whether it is a secret.

---@class segment.create_function.args
---@field code string Its JavaScript.
---@field displayName string Its name for people.
---@field resourceType "DESTINATION"|"INSERT_DESTINATION"|"INSERT_SOURCE"|"INSERT_TRANSFORMATION"|"SOURCE" Which kind of function.
---@field settings? segment.create_function.args.settings[] The settings a person fills in.
---@field logoUrl? string A URL of its logo.
---@field description? string Its description.

---@class segment.create_function.result.function
---@field id? string 
---@field resourceType? string 
---@field createdAt? string 
---@field createdBy? string 
---@field code? string 
---@field deployedAt? string 
---@field settings? any[] 
---@field displayName? string 
---@field description? string 
---@field logoUrl? string 
---@field previewWebhookUrl? string 
---@field batchMaxCount? number 
---@field catalogId? string 
---@field isLatestVersion? boolean 

---@class segment.create_function.result
---@field function segment.create_function.result.function The function.

---@class segment.get_function.args
---@field functionId string The function's id.

---@class segment.get_function.result.function
---@field id? string 
---@field resourceType? string 
---@field createdAt? string 
---@field createdBy? string 
---@field code? string 
---@field deployedAt? string 
---@field settings? any[] 
---@field displayName? string 
---@field description? string 
---@field logoUrl? string 
---@field previewWebhookUrl? string 
---@field batchMaxCount? number 
---@field catalogId? string 
---@field isLatestVersion? boolean 

---@class segment.get_function.result
---@field function? segment.get_function.result.function The function.

---@class segment.update_function.args.settings
---@field name string Its name.
---@field label string Its name for people.
---@field description string Its description.
---@field type "ARRAY"|"BOOLEAN"|"STRING"|"TEXT_MAP" Its kind.
---@field required boolean Whether it must be filled in.
---@field sensitive boolean Whether it is a secret.

---@class segment.update_function.args
---@field functionId string The function's id.
---@field code? string Its JavaScript.
---@field settings? segment.update_function.args.settings[] The settings a person fills in, all of them.
---@field displayName? string Its name for people.
---@field logoUrl? string A URL of its logo.
---@field description? string Its description.

---@class segment.update_function.result.function
---@field id? string 
---@field resourceType? string 
---@field createdAt? string 
---@field createdBy? string 
---@field code? string 
---@field deployedAt? string 
---@field settings? any[] 
---@field displayName? string 
---@field description? string 
---@field logoUrl? string 
---@field previewWebhookUrl? string 
---@field batchMaxCount? number 
---@field catalogId? string 
---@field isLatestVersion? boolean 

---@class segment.update_function.result
---@field function segment.update_function.result.function The function.

---@class segment.delete_function.args
---@field functionId string The function's id.

---@class segment.delete_function.result
---@field status string `SUCCESS`.

---@class segment.create_function_deployment.args
---@field functionId string The function's id.

---@class segment.create_function_deployment.result.functionDeployment
---@field status string 

---@class segment.create_function_deployment.result
---@field functionDeployment segment.create_function_deployment.result.functionDeployment The function deployment.

---@class segment.list_function_versions.args
---@field functionId string The function's id.

---@class segment.list_function_versions.result.versions
---@field id string 
---@field author? string 
---@field code string 
---@field isDeployed? boolean 
---@field createdAt? string 
---@field updatedAt? string 
---@field deployedAt? string 

---@class segment.list_function_versions.result
---@field versions segment.list_function_versions.result.versions[] The versions.

---@class segment.restore_function_version.args
---@field functionId string The function's id.
---@field versionId string The version's id.

---@class segment.restore_function_version.result.version
---@field id string 
---@field author? string 
---@field code string 
---@field isDeployed? boolean 
---@field createdAt? string 
---@field updatedAt? string 
---@field deployedAt? string 

---@class segment.restore_function_version.result
---@field version segment.restore_function_version.result.version The version.

---@class segment.get_function_version.args
---@field functionId string The function's id.
---@field versionId string The version's id.

---@class segment.get_function_version.result.version
---@field id string 
---@field author? string 
---@field code string 
---@field isDeployed? boolean 
---@field createdAt? string 
---@field updatedAt? string 
---@field deployedAt? string 

---@class segment.get_function_version.result
---@field version segment.get_function_version.result.version The version.

---@class segment.list_insert_function_instances.args
---@field functionId string The insert function.

---@class segment.list_insert_function_instances.result.instances
---@field id string 
---@field name? string 
---@field integrationId string 
---@field classId string 
---@field enabled boolean 
---@field createdAt string 
---@field updatedAt string 
---@field settings table<string, any> 
---@field encryptedSettings table<string, any> 

---@class segment.list_insert_function_instances.result
---@field instances segment.list_insert_function_instances.result.instances[] The instances.

---@class segment.create_insert_function_instance.args
---@field functionId string The function's id.
---@field integrationId string The destination it runs before.
---@field name string Its name.
---@field settings table<string, any> Values of the function's settings.
---@field enabled? boolean Whether it is on.

---@class segment.create_insert_function_instance.result.insertFunctionInstance
---@field id string 
---@field name? string 
---@field integrationId string 
---@field classId string 
---@field enabled boolean 
---@field createdAt string 
---@field updatedAt string 
---@field settings table<string, any> 
---@field encryptedSettings table<string, any> 

---@class segment.create_insert_function_instance.result
---@field insertFunctionInstance segment.create_insert_function_instance.result.insertFunctionInstance The insert function instance.

---@class segment.get_insert_function_instance.args
---@field instanceId string The instance's id.

---@class segment.get_insert_function_instance.result.insertFunctionInstance
---@field id string 
---@field name? string 
---@field integrationId string 
---@field classId string 
---@field enabled boolean 
---@field createdAt string 
---@field updatedAt string 
---@field settings table<string, any> 
---@field encryptedSettings table<string, any> 

---@class segment.get_insert_function_instance.result
---@field insertFunctionInstance segment.get_insert_function_instance.result.insertFunctionInstance The insert function instance.

---@class segment.update_insert_function_instance.args
---@field instanceId string The instance's id.
---@field settings table<string, any> Values of the function's settings.
---@field enabled? boolean Whether it is on.
---@field name? string Its name.

---@class segment.update_insert_function_instance.result.insertFunctionInstance
---@field id string 
---@field name? string 
---@field integrationId string 
---@field classId string 
---@field enabled boolean 
---@field createdAt string 
---@field updatedAt string 
---@field settings table<string, any> 
---@field encryptedSettings table<string, any> 

---@class segment.update_insert_function_instance.result
---@field insertFunctionInstance segment.update_insert_function_instance.result.insertFunctionInstance The insert function instance.

---@class segment.delete_insert_function_instance.args
---@field instanceId string The instance's id.

---@class segment.delete_insert_function_instance.result
---@field status string `SUCCESS`.

---@class segment.replace_users_in_user_group.args
---@field userGroupId string The user group's id.
---@field emails string[] Their e-mail addresses.

---@class segment.replace_users_in_user_group.result.userGroup
---@field memberCount number 
---@field permissions? any[] 
---@field id string 
---@field name string 

---@class segment.replace_users_in_user_group.result
---@field userGroup segment.replace_users_in_user_group.result.userGroup The user group.

---@class segment.remove_users_from_user_group.args
---@field userGroupId string The user group's id.
---@field emails string[] Their e-mail addresses.

---@class segment.remove_users_from_user_group.result
---@field status string `SUCCESS`.

---@class segment.list_user_groups.result.userGroups
---@field memberCount number 
---@field permissions? any[] 
---@field id string 
---@field name string 

---@class segment.list_user_groups.result
---@field userGroups segment.list_user_groups.result.userGroups[] The user groups.

---@class segment.create_user_group.args
---@field name string Its name.

---@class segment.create_user_group.result.userGroup
---@field memberCount number 
---@field permissions? any[] 
---@field id string 
---@field name string 

---@class segment.create_user_group.result
---@field userGroup segment.create_user_group.result.userGroup The user group.

---@class segment.get_user_group.args
---@field userGroupId string The user group's id.

---@class segment.get_user_group.result.userGroup
---@field memberCount number 
---@field permissions? any[] 
---@field id string 
---@field name string 

---@class segment.get_user_group.result
---@field userGroup segment.get_user_group.result.userGroup The user group.

---@class segment.update_user_group.args
---@field userGroupId string The user group's id.
---@field name string Its name.

---@class segment.update_user_group.result.userGroup
---@field memberCount number 
---@field permissions? any[] 
---@field id string 
---@field name string 

---@class segment.update_user_group.result
---@field userGroup segment.update_user_group.result.userGroup The user group.

---@class segment.delete_user_group.args
---@field userGroupId string The user group's id.

---@class segment.delete_user_group.result
---@field status string `SUCCESS`.

---@class segment.list_invites_from_user_group.args
---@field userGroupId string The user group's id.

---@class segment.list_invites_from_user_group.result
---@field emails any[] Their e-mail addresses.

---@class segment.add_permissions_to_user_group.args.permissions.resources
---@field id string Its id.
---@field type string Its kind, e.g. `SOURCE`.
---@field labels? any[] Only those with these labels.

---@class segment.add_permissions_to_user_group.args.permissions
---@field roleId string The role's id.
---@field resources segment.add_permissions_to_user_group.args.permissions.resources[] What the role is for.

---@class segment.add_permissions_to_user_group.args
---@field userGroupId string The user group's id.
---@field permissions segment.add_permissions_to_user_group.args.permissions[] Roles, and the resources each is for.

---@class segment.add_permissions_to_user_group.result.permissions
---@field roleId string 
---@field roleName string 
---@field resources any[] 

---@class segment.add_permissions_to_user_group.result
---@field permissions segment.add_permissions_to_user_group.result.permissions[] The permissions in force.

---@class segment.replace_permissions_for_user_group.args.permissions.resources
---@field id string Its id.
---@field type string Its kind, e.g. `SOURCE`.
---@field labels? any[] Only those with these labels.

---@class segment.replace_permissions_for_user_group.args.permissions
---@field roleId string The role's id.
---@field resources segment.replace_permissions_for_user_group.args.permissions.resources[] What the role is for.

---@class segment.replace_permissions_for_user_group.args
---@field userGroupId string The user group's id.
---@field permissions segment.replace_permissions_for_user_group.args.permissions[] Roles, and the resources each is for.

---@class segment.replace_permissions_for_user_group.result.permissions
---@field roleId string 
---@field roleName string 
---@field resources any[] 

---@class segment.replace_permissions_for_user_group.result
---@field permissions segment.replace_permissions_for_user_group.result.permissions[] The permissions in force.

---@class segment.list_users_from_user_group.args
---@field userGroupId string The user group's id.

---@class segment.list_users_from_user_group.result.users
---@field id string 
---@field name string 
---@field email string 

---@class segment.list_users_from_user_group.result
---@field users segment.list_users_from_user_group.result.users[] The users.

---@class segment.add_users_to_user_group.args
---@field userGroupId string The user group's id.
---@field emails string[] Their e-mail addresses.

---@class segment.add_users_to_user_group.result.userGroup
---@field memberCount number 
---@field permissions? any[] 
---@field id string 
---@field name string 

---@class segment.add_users_to_user_group.result
---@field userGroup segment.add_users_to_user_group.result.userGroup The user group.

---@class segment.list_labels.result.labels
---@field key string 
---@field value string 
---@field description? string 

---@class segment.list_labels.result
---@field labels segment.list_labels.result.labels[] The labels.

---@class segment.create_label.args.label
---@field key string Its key, e.g. `environment`.
---@field value string Its value, e.g. `production`.
---@field description? string Its description.

---@class segment.create_label.args
---@field label segment.create_label.args.label The label.

---@class segment.create_label.result.label
---@field key string 
---@field value string 
---@field description? string 

---@class segment.create_label.result
---@field label segment.create_label.result.label The label.

---@class segment.delete_label.args
---@field key string The label's key.
---@field value string The label's value.

---@class segment.delete_label.result
---@field status string `SUCCESS`.

---@class segment.create_live_plugin.args
---@field sourceId string The source's id.
---@field code string Its JavaScript.

---@class segment.create_live_plugin.result.livePlugin
---@field id string 
---@field sourceId string 
---@field createdAt string 
---@field createdBy string 
---@field downloadURL string 
---@field version number 
---@field code? string 

---@class segment.create_live_plugin.result
---@field livePlugin segment.create_live_plugin.result.livePlugin The live plugin.

---@class segment.delete_live_plugin_code.args
---@field sourceId string The source's id.

---@class segment.delete_live_plugin_code.result
---@field status string `SUCCESS`.

---@class segment.get_latest_from_live_plugins.args
---@field sourceId string The source's id.

---@class segment.get_latest_from_live_plugins.result.livePlugin
---@field id string 
---@field sourceId string 
---@field createdAt string 
---@field createdBy string 
---@field downloadURL string 
---@field version number 
---@field code? string 

---@class segment.get_latest_from_live_plugins.result
---@field livePlugin segment.get_latest_from_live_plugins.result.livePlugin The live plugin.

---@class segment.set_objects.args.objects
---@field id string|integer Its id in your database.
---@field properties table<string, any> Its columns: text, numbers, booleans or times.

---@class segment.set_objects.args
---@field collection string The collection: lower-case letters and underscores, in the plural.
---@field objects segment.set_objects.args.objects[] The objects.

---@class segment.start_object_sync.result
---@field sync_id string The upload's id; it ends after 10 quiet minutes.

---@class segment.upload_objects.args.objects
---@field id string|integer Its id in your database.
---@field collection string The collection: lower-case letters and underscores, in the plural.
---@field properties table<string, any> Its columns: text, numbers, booleans or times.

---@class segment.upload_objects.args
---@field syncId string The upload's id, from `start_object_sync`.
---@field objects segment.upload_objects.args.objects[] The objects; on the command line also a file of them, as `@FILE`.

---@class segment.upload_objects.result
---@field part_id string The id of this part of the upload.

---@class segment.keep_object_sync_alive.args
---@field syncId string The upload's id, from `start_object_sync`.

---@class segment.finish_object_sync.args
---@field syncId string The upload's id, from `start_object_sync`.
---@field error? string Why it failed; empty when all went well.

---@class segment.get_profile_traits.args
---@field externalId string Kind and value of an id, e.g. `user_id:user-42` or `email:jane@example.com`.
---@field class? "audience"|"computed_trait" Only audiences, or only computed traits.
---@field include? string Only these traits, separated by commas.
---@field limit? integer How many; 10 when absent.
---@field verbose? boolean Whether to say where each trait comes from.
---@field spaceId? string The space's id; the account's when absent.
---@field collection "users"|"accounts" Whether it is a person or an account.

---@class segment.get_profile_traits.result.cursor
---@field url string 
---@field has_more boolean 
---@field next string 
---@field limit integer 

---@class segment.get_profile_traits.result
---@field traits table<string, any> The traits.
---@field cursor segment.get_profile_traits.result.cursor Whether there are more.

---@class segment.get_profile_external_ids.args
---@field externalId string Kind and value of an id, e.g. `user_id:user-42` or `email:jane@example.com`.
---@field include? string Only these kinds of id, separated by commas.
---@field verbose? boolean Whether to say where each id comes from.
---@field spaceId? string The space's id; the account's when absent.
---@field collection "users"|"accounts" Whether it is a person or an account.

---@class segment.get_profile_external_ids.result.data
---@field id string 
---@field type string 
---@field collection string 

---@class segment.get_profile_external_ids.result.cursor
---@field url string 
---@field has_more boolean 
---@field next string 
---@field limit integer 

---@class segment.get_profile_external_ids.result
---@field data segment.get_profile_external_ids.result.data[] The ids.
---@field cursor segment.get_profile_external_ids.result.cursor Whether there are more.

---@class segment.get_profile_events.args
---@field externalId string Kind and value of an id, e.g. `user_id:user-42` or `email:jane@example.com`.
---@field start? string From when, RFC 3339.
---@field end? string Until when, RFC 3339.
---@field include? string Only these events, separated by commas.
---@field exclude? string All but these events, separated by commas.
---@field sort? "asc"|"desc" Oldest or newest first.
---@field spaceId? string The space's id; the account's when absent.
---@field collection "users"|"accounts" Whether it is a person or an account.

---@class segment.get_profile_events.result.cursor
---@field url string 
---@field has_more boolean 
---@field next string 
---@field limit integer 

---@class segment.get_profile_events.result
---@field data table<string, any>[] The events.
---@field cursor segment.get_profile_events.result.cursor Whether there are more.

---@class segment.get_profile_metadata.args
---@field externalId string Kind and value of an id, e.g. `user_id:user-42` or `email:jane@example.com`.
---@field verbose? boolean Whether to say more.
---@field spaceId? string The space's id; the account's when absent.
---@field collection "users"|"accounts" Whether it is a person or an account.

---@class segment.get_profile_metadata.result
---@field metadata table<string, any> The metadata.

---@class segment.get_profile_links.args
---@field externalId string Kind and value of an id, e.g. `user_id:user-42` or `email:jane@example.com`.
---@field spaceId? string The space's id; the account's when absent.
---@field collection "users"|"accounts" Whether it is a person or an account.

---@class segment.get_profile_links.result.cursor
---@field url string 
---@field has_more boolean 
---@field next string 
---@field limit integer 

---@class segment.get_profile_links.result
---@field data table<string, any>[] The links.
---@field cursor segment.get_profile_links.result.cursor Whether there are more.

---@class segment.delete_profile_external_ids.args.delete_external_ids
---@field id string Its value.
---@field type string Its kind, e.g. `email`.

---@class segment.delete_profile_external_ids.args
---@field externalId string The person's id, as `user_id:user-42`.
---@field delete_external_ids segment.delete_profile_external_ids.args.delete_external_ids[] The id to take away; one a call.
---@field spaceId? string The space's id; the account's when absent.
---@field collection "users"|"accounts" Whether it is a person or an account.

---@class segment.list_profiles_warehouse_in_space.args
---@field spaceId string The space's id.

---@class segment.list_profiles_warehouse_in_space.result.profilesWarehouses
---@field id string 
---@field spaceId string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field settings table<string, any> 
---@field schemaName? string 

---@class segment.list_profiles_warehouse_in_space.result
---@field profilesWarehouses segment.list_profiles_warehouse_in_space.result.profilesWarehouses[] The profiles warehouses.

---@class segment.create_profiles_warehouse.args
---@field spaceId string The space's id.
---@field metadataId string The kind of warehouse: its id in the catalog, or its slug there, e.g. `postgres`.
---@field settings table<string, any> Its settings, as its kind in the catalog names them.
---@field name? string Its name.
---@field enabled? boolean Whether it is on.
---@field schemaName? string The schema the tables are in.

---@class segment.create_profiles_warehouse.result.profilesWarehouse
---@field id string 
---@field spaceId string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field settings table<string, any> 
---@field schemaName? string 

---@class segment.create_profiles_warehouse.result
---@field profilesWarehouse segment.create_profiles_warehouse.result.profilesWarehouse The profiles warehouse.

---@class segment.update_profiles_warehouse_for_space_warehouse.args
---@field spaceId string The space's id.
---@field warehouseId string The warehouse's id.
---@field settings table<string, any> Its settings, as its kind in the catalog names them.
---@field name? string Its name.
---@field enabled? boolean Whether it is on.
---@field schemaName? string The schema the tables are in.

---@class segment.update_profiles_warehouse_for_space_warehouse.result.profilesWarehouse
---@field id string 
---@field spaceId string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field settings table<string, any> 
---@field schemaName? string 

---@class segment.update_profiles_warehouse_for_space_warehouse.result
---@field profilesWarehouse segment.update_profiles_warehouse_for_space_warehouse.result.profilesWarehouse The profiles warehouse.

---@class segment.remove_profiles_warehouse_from_space.args
---@field spaceId string The space's id.
---@field warehouseId string The warehouse's id.

---@class segment.remove_profiles_warehouse_from_space.result
---@field status string `SUCCESS`.

---@class segment.list_selective_syncs_from_warehouse_and_space.args
---@field spaceId string The space's id.
---@field warehouseId string The warehouse's id.

---@class segment.list_selective_syncs_from_warehouse_and_space.result.items
---@field collection string 
---@field warehouseId string 
---@field enabled boolean 
---@field properties table<string, any> 

---@class segment.list_selective_syncs_from_warehouse_and_space.result
---@field items segment.list_selective_syncs_from_warehouse_and_space.result.items[] Tables and columns, and whether each is synced.
---@field enableEventTables? boolean Whether event tables are synced.

---@class segment.update_selective_sync_for_warehouse_and_space.args.syncOverrides
---@field collection string The table.
---@field enabled boolean Whether it is on.
---@field property? string The column; the whole table when absent.

---@class segment.update_selective_sync_for_warehouse_and_space.args
---@field spaceId string The space's id.
---@field warehouseId string The warehouse's id.
---@field syncOverrides? segment.update_selective_sync_for_warehouse_and_space.args.syncOverrides[] Tables and columns, and whether each is synced.
---@field enableEventTables? boolean Whether event tables are synced too.

---@class segment.update_selective_sync_for_warehouse_and_space.result
---@field status string `SUCCESS`.

---@class segment.list_workspace_regulations.args
---@field regulationTypes? "DELETE_INTERNAL"|"DELETE_ONLY"|"SUPPRESS_ONLY"|"SUPPRESS_WITH_DELETE"|"SUPPRESS_WITH_DELETE_INTERNAL"|"UNSUPPRESS"[] Only those of these kinds.
---@field status? "FAILED"|"FINISHED"|"INITIALIZED"|"INVALID"|"NOT_SUPPORTED"|"PARTIAL_SUCCESS"|"RUNNING" Only those in this state.

---@class segment.list_workspace_regulations.result.regulations
---@field id string 
---@field subjectType string 
---@field subjects any[] 
---@field status string 
---@field createdAt string 
---@field regulationType string 
---@field finishedAt? string 

---@class segment.list_workspace_regulations.result
---@field regulations segment.list_workspace_regulations.result.regulations[] The regulations.

---@class segment.create_workspace_regulation.args
---@field subjectType "OBJECT_ID"|"USER_ID" What the ids are.
---@field subjectIds string[] Whose data; at most 5,000 ids a call.
---@field regulationType "DELETE_INTERNAL"|"DELETE_ONLY"|"SUPPRESS_ONLY"|"SUPPRESS_WITH_DELETE"|"SUPPRESS_WITH_DELETE_INTERNAL"|"UNSUPPRESS" What to do: delete, suppress, both, or end a suppression.

---@class segment.create_workspace_regulation.result
---@field regulateId string The request's id, to ask for its progress.

---@class segment.create_cloud_source_regulation.args
---@field sourceId string The cloud source's id.
---@field subjectType "OBJECT_ID" What the ids are.
---@field subjectIds string[] Whose data; at most 5,000 ids a call.
---@field collection string The collection the objects are in.
---@field regulationType "DELETE_INTERNAL"|"DELETE_ONLY"|"SUPPRESS_ONLY"|"SUPPRESS_WITH_DELETE"|"SUPPRESS_WITH_DELETE_INTERNAL"|"UNSUPPRESS" What to do: delete, suppress, both, or end a suppression.

---@class segment.create_cloud_source_regulation.result
---@field regulateId string The request's id, to ask for its progress.

---@class segment.list_regulations_from_source.args
---@field sourceId string The source's id.
---@field regulationTypes? "DELETE_ARCHIVE_ONLY"|"DELETE_INTERNAL"|"DELETE_ONLY"|"SUPPRESS_ONLY"|"SUPPRESS_WITH_DELETE"|"SUPPRESS_WITH_DELETE_INTERNAL"|"UNSUPPRESS"[] Only those of these kinds.
---@field status? "FAILED"|"FINISHED"|"INITIALIZED"|"INVALID"|"NOT_SUPPORTED"|"PARTIAL_SUCCESS"|"RUNNING" Only those in this state.

---@class segment.list_regulations_from_source.result.regulations
---@field id string 
---@field subjectType string 
---@field subjects any[] 
---@field status string 
---@field createdAt string 
---@field regulationType string 
---@field finishedAt? string 

---@class segment.list_regulations_from_source.result
---@field regulations segment.list_regulations_from_source.result.regulations[] The regulations.

---@class segment.create_source_regulation.args
---@field sourceId string The source's id.
---@field regulationType "DELETE_ARCHIVE_ONLY"|"DELETE_INTERNAL"|"DELETE_ONLY"|"SUPPRESS_ONLY"|"SUPPRESS_WITH_DELETE"|"SUPPRESS_WITH_DELETE_INTERNAL"|"UNSUPPRESS" What to do: delete, suppress, both, or end a suppression.
---@field subjectType "ANONYMOUS_ID"|"USER_ID" What the ids are.
---@field subjectIds string[] Whose data; at most 5,000 ids a call.

---@class segment.create_source_regulation.result
---@field regulateId string The request's id, to ask for its progress.

---@class segment.get_regulation.args
---@field regulateId string The request's id.

---@class segment.get_regulation.result.regulation
---@field id string 
---@field workspaceId string 
---@field overallStatus string 
---@field finishedAt? string 
---@field createdAt string 
---@field streamStatus any[] 

---@class segment.get_regulation.result
---@field regulation segment.get_regulation.result.regulation The regulation.

---@class segment.list_suppressions.result.suppressed
---@field subjectType string 
---@field subjectIds any[] 

---@class segment.list_suppressions.result
---@field suppressed segment.list_suppressions.result.suppressed[] The suppressed people.

---@class segment.list_reverse_etl_models.result.models
---@field id string 
---@field sourceId string 
---@field name string 
---@field description string 
---@field enabled boolean 
---@field query string 
---@field queryIdentifierColumn string 

---@class segment.list_reverse_etl_models.result
---@field models segment.list_reverse_etl_models.result.models[] The models.

---@class segment.create_reverse_etl_model.args
---@field sourceId string The warehouse it queries: the id of its Reverse ETL source.
---@field name string Its name.
---@field description string Its description.
---@field enabled boolean Whether it is on.
---@field query string Its SQL query.
---@field queryIdentifierColumn string The column that tells rows apart.

---@class segment.create_reverse_etl_model.result.reverseEtlModel
---@field id string 
---@field sourceId string 
---@field name string 
---@field description string 
---@field enabled boolean 
---@field query string 
---@field queryIdentifierColumn string 

---@class segment.create_reverse_etl_model.result
---@field reverseEtlModel segment.create_reverse_etl_model.result.reverseEtlModel The reverse ETL model.

---@class segment.get_reverse_etl_model.args
---@field modelId string The model's id.

---@class segment.get_reverse_etl_model.result.reverseEtlModel
---@field id string 
---@field sourceId string 
---@field name string 
---@field description string 
---@field enabled boolean 
---@field query string 
---@field queryIdentifierColumn string 

---@class segment.get_reverse_etl_model.result
---@field reverseEtlModel segment.get_reverse_etl_model.result.reverseEtlModel The reverse ETL model.

---@class segment.update_reverse_etl_model.args
---@field modelId string The model's id.
---@field name? string Its name.
---@field description? string Its description.
---@field enabled? boolean Whether it is on.
---@field query? string Its SQL query.
---@field queryIdentifierColumn? string The column that tells rows apart.

---@class segment.update_reverse_etl_model.result.reverseEtlModel
---@field id string 
---@field sourceId string 
---@field name string 
---@field description string 
---@field enabled boolean 
---@field query string 
---@field queryIdentifierColumn string 

---@class segment.update_reverse_etl_model.result
---@field reverseEtlModel segment.update_reverse_etl_model.result.reverseEtlModel The reverse ETL model.

---@class segment.delete_reverse_etl_model.args
---@field modelId string The model's id.

---@class segment.delete_reverse_etl_model.result
---@field status string `SUCCESS`.

---@class segment.list_reverse_etl_sync_statuses_from_model_and_subscription_id.args
---@field modelId string The model's id.
---@field subscriptionId string The subscription's id.
---@field count? integer How many on a page.
---@field cursor? string Where the page starts, as the page before says.

---@class segment.list_reverse_etl_sync_statuses_from_model_and_subscription_id.result.syncStatuses
---@field syncId string 
---@field modelId string 
---@field sourceId string 
---@field syncStatus string 
---@field duration string 
---@field startedAt string 
---@field finishedAt? string 
---@field extractPhase? table<string, any> 
---@field loadPhase? table<string, any> 
---@field error? string 
---@field errorCode? string 

---@class segment.list_reverse_etl_sync_statuses_from_model_and_subscription_id.result
---@field syncStatuses segment.list_reverse_etl_sync_statuses_from_model_and_subscription_id.result.syncStatuses[] The sync statuses.

---@class segment.get_reverse_etl_sync_status.args
---@field modelId string The model's id.
---@field syncId string The sync's id.

---@class segment.get_reverse_etl_sync_status.result.reverseETLSyncStatus
---@field syncId string 
---@field modelId string 
---@field sourceId string 
---@field syncStatus string 
---@field duration string 
---@field startedAt string 
---@field finishedAt? string 
---@field extractPhase? table<string, any> 
---@field loadPhase? table<string, any> 
---@field error? string 
---@field errorCode? string 

---@class segment.get_reverse_etl_sync_status.result
---@field reverseETLSyncStatus segment.get_reverse_etl_sync_status.result.reverseETLSyncStatus The reverse ETL sync status.

---@class segment.cancel_reverse_etl_sync_for_model.args
---@field modelId string The model's id.
---@field syncId string The sync's id.
---@field reasonForCanceling? number Segment's number for the reason.

---@class segment.cancel_reverse_etl_sync_for_model.result
---@field modelId string The model's id.
---@field syncId string The sync's id.
---@field errorCode? string Segment's code, when it failed.
---@field errorMessage? string Why it failed.
---@field status? string What came of it.

---@class segment.create_reverse_etl_manual_sync.args
---@field sourceId string The id of the model's source.
---@field modelId string The model's id.
---@field subscriptionId string The subscription's id.

---@class segment.create_reverse_etl_manual_sync.result.reverseETLManualSync
---@field startedAt string 
---@field syncId string 

---@class segment.create_reverse_etl_manual_sync.result
---@field reverseETLManualSync segment.create_reverse_etl_manual_sync.result.reverseETLManualSync The reverse ETL manual sync.

---@class segment.get_advanced_sync_schedule_from_warehouse.args
---@field warehouseId string The warehouse's id.

---@class segment.get_advanced_sync_schedule_from_warehouse.result.schedule
---@field times? any[] 
---@field timezone? string 

---@class segment.get_advanced_sync_schedule_from_warehouse.result
---@field enabled boolean Whether it is on.
---@field schedule? segment.get_advanced_sync_schedule_from_warehouse.result.schedule The hours, and the time zone they are in.

---@class segment.replace_advanced_sync_schedule_for_warehouse.args.schedule.times
---@field hourOfDay integer The hour.
---@field enabled boolean Whether it is on.

---@class segment.replace_advanced_sync_schedule_for_warehouse.args.schedule
---@field times segment.replace_advanced_sync_schedule_for_warehouse.args.schedule.times[] The hours, and whether each is on.
---@field timezone string The time zone, e.g. `Europe/Paris`.

---@class segment.replace_advanced_sync_schedule_for_warehouse.args
---@field warehouseId string The warehouse's id.
---@field enabled boolean Whether it is on.
---@field schedule? segment.replace_advanced_sync_schedule_for_warehouse.args.schedule The hours, and the time zone they are in.

---@class segment.replace_advanced_sync_schedule_for_warehouse.result.schedule
---@field times? any[] 
---@field timezone? string 

---@class segment.replace_advanced_sync_schedule_for_warehouse.result
---@field enabled boolean Whether it is on.
---@field schedule? segment.replace_advanced_sync_schedule_for_warehouse.result.schedule The hours, and the time zone they are in.

---@class segment.list_selective_syncs_from_warehouse_and_source.args
---@field warehouseId string The warehouse's id.
---@field sourceId string The source's id.

---@class segment.list_selective_syncs_from_warehouse_and_source.result.items
---@field sourceId string 
---@field collection string 
---@field warehouseId string 
---@field enabled boolean 
---@field properties table<string, any> 

---@class segment.list_selective_syncs_from_warehouse_and_source.result
---@field items segment.list_selective_syncs_from_warehouse_and_source.result.items[] Tables and columns, and whether each is synced.

---@class segment.list_syncs_from_warehouse_and_source.args
---@field warehouseId string The warehouse's id.
---@field sourceId string The source's id.

---@class segment.list_syncs_from_warehouse_and_source.result.reports
---@field sourceId string 
---@field start string 
---@field end? string 
---@field status string 
---@field duration number 
---@field humanDuration string 
---@field count number 
---@field notices any[] 

---@class segment.list_syncs_from_warehouse_and_source.result
---@field reports segment.list_syncs_from_warehouse_and_source.result.reports[] The syncs.

---@class segment.update_selective_sync_for_warehouse.args.syncOverrides
---@field sourceId string The source's id.
---@field collection? string The table.
---@field enabled boolean Whether it is on.
---@field property? string The column; the whole table when absent.

---@class segment.update_selective_sync_for_warehouse.args
---@field warehouseId string The warehouse's id.
---@field syncOverrides segment.update_selective_sync_for_warehouse.args.syncOverrides[] Tables and columns, and whether each is synced.

---@class segment.update_selective_sync_for_warehouse.result
---@field status string `SUCCESS`, or how far it came.
---@field warnings any[] What could not be done.

---@class segment.list_syncs_from_warehouse.args
---@field warehouseId string The warehouse's id.

---@class segment.list_syncs_from_warehouse.result.reports
---@field sourceId string 
---@field start string 
---@field end? string 
---@field status string 
---@field duration number 
---@field humanDuration string 
---@field count number 
---@field notices any[] 

---@class segment.list_syncs_from_warehouse.result
---@field reports segment.list_syncs_from_warehouse.result.reports[] The syncs.

---@class segment.list_sources.args
---@field slug? string The workspace's slug, e.g. `my-workspace`, or its id; the one of the token if absent.

---@class segment.list_sources.result.sources
---@field id string Its id.
---@field name string Its name, else its slug.
---@field slug string Its slug.
---@field enabled boolean Whether it takes events.
---@field type string What kind of source it is, e.g. `javascript`.
---@field write_key? string Its first write key, unless the token may not see keys.
---@field write_keys any[] All of its write keys.

---@class segment.list_sources.result
---@field total integer How many there are.
---@field sources segment.list_sources.result.sources[] The sources.

---@class segment.get_source.args
---@field slug? string The workspace's slug, e.g. `my-workspace`, or its id; the one of the token if absent.
---@field id string The source's id, e.g. `abc123`, or its slug.

---@class segment.get_source.result
---@field id string Its id.
---@field name string Its name, else its slug.
---@field slug string Its slug.
---@field enabled boolean Whether it takes events.
---@field type string What kind of source it is, e.g. `javascript`.
---@field write_key? string Its first write key, unless the token may not see keys.
---@field write_keys any[] All of its write keys.
---@field write_key_hidden? boolean True when the token may not see keys.
---@field tracking_plan_id? string The tracking plan connected to it.

---@class segment.create_source.args
---@field slug string Its slug, unique in the workspace.
---@field enabled boolean Whether it is on.
---@field metadataId string The kind of source: its id in the catalog, or its slug there, e.g. `javascript`.
---@field settings? table<string, any> Its settings, as its kind in the catalog names them.
---@field name? string Its name for people.
---@field disconnectAllWarehouses? boolean True keeps it from being loaded into every warehouse at once.

---@class segment.create_source.result.source
---@field id string 
---@field slug string 
---@field name? string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field writeKeys any[] 
---@field settings? table<string, any> 
---@field labels any[] 

---@class segment.create_source.result
---@field source segment.create_source.result.source The source.

---@class segment.update_source.args
---@field sourceId string The source's id.
---@field name? string Its name.
---@field enabled? boolean Whether it is on.
---@field slug? string Its slug, unique in the workspace.
---@field settings? table<string, any> Its settings, as its kind in the catalog names them.

---@class segment.update_source.result.source
---@field id string 
---@field slug string 
---@field name? string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field writeKeys any[] 
---@field settings? table<string, any> 
---@field labels any[] 

---@class segment.update_source.result
---@field source segment.update_source.result.source The source.

---@class segment.delete_source.args
---@field sourceId string The source's id.

---@class segment.delete_source.result
---@field status string `SUCCESS`.

---@class segment.list_connected_destinations_from_source.args
---@field sourceId string The source's id.

---@class segment.list_connected_destinations_from_source.result.destinations
---@field id string 
---@field name? string 
---@field enabled boolean 
---@field metadata table<string, any> 
---@field sourceId string 
---@field settings table<string, any> 

---@class segment.list_connected_destinations_from_source.result
---@field destinations segment.list_connected_destinations_from_source.result.destinations[] The destinations.

---@class segment.list_connected_warehouses_from_source.args
---@field sourceId string The source's id.

---@class segment.list_connected_warehouses_from_source.result.warehouses
---@field id string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field settings table<string, any> 

---@class segment.list_connected_warehouses_from_source.result
---@field warehouses segment.list_connected_warehouses_from_source.result.warehouses[] The warehouses.

---@class segment.add_labels_to_source.args.labels
---@field key string Its key.
---@field value string Its value.
---@field description? string Its description.

---@class segment.add_labels_to_source.args
---@field sourceId string The source's id.
---@field labels segment.add_labels_to_source.args.labels[] The labels.

---@class segment.add_labels_to_source.result.labels
---@field key string 
---@field value string 
---@field description? string 

---@class segment.add_labels_to_source.result
---@field labels segment.add_labels_to_source.result.labels[] The labels.

---@class segment.replace_labels_in_source.args.labels
---@field key string Its key.
---@field value string Its value.
---@field description? string Its description.

---@class segment.replace_labels_in_source.args
---@field sourceId string The source's id.
---@field labels segment.replace_labels_in_source.args.labels[] The labels.

---@class segment.replace_labels_in_source.result.labels
---@field key string 
---@field value string 
---@field description? string 

---@class segment.replace_labels_in_source.result
---@field labels segment.replace_labels_in_source.result.labels[] The labels.

---@class segment.list_schema_settings_in_source.args
---@field sourceId string The source's id.

---@class segment.list_schema_settings_in_source.result.settings
---@field track? table<string, any> 
---@field identify? table<string, any> 
---@field group? table<string, any> 
---@field forwardingViolationsTo? string 
---@field forwardingBlockedEventsTo? string 

---@class segment.list_schema_settings_in_source.result
---@field sourceId string The source's id.
---@field settings segment.list_schema_settings_in_source.result.settings The settings.

---@class segment.update_schema_settings_in_source.args.track
---@field allowUnplannedEvents? boolean Whether events that are not planned pass.
---@field allowUnplannedEventProperties? boolean Whether properties that are not planned pass.
---@field allowEventOnViolations? boolean Whether events that break a rule pass.
---@field allowPropertiesOnViolations? boolean Whether properties that break a rule pass.
---@field commonEventOnViolations? "ALLOW"|"BLOCK"|"OMIT_PROPERTIES" What happens when a common rule is broken.

---@class segment.update_schema_settings_in_source.args.identify
---@field allowUnplannedTraits? boolean Whether traits that are not planned pass.
---@field allowTraitsOnViolations? boolean Whether traits that break a rule pass.
---@field commonEventOnViolations? "ALLOW"|"BLOCK"|"OMIT_TRAITS" What happens when a common rule is broken.

---@class segment.update_schema_settings_in_source.args.group
---@field allowUnplannedTraits? boolean Whether traits that are not planned pass.
---@field allowTraitsOnViolations? boolean Whether traits that break a rule pass.
---@field commonEventOnViolations? "ALLOW"|"BLOCK"|"OMIT_TRAITS" What happens when a common rule is broken.

---@class segment.update_schema_settings_in_source.args
---@field sourceId string The source's id.
---@field track? segment.update_schema_settings_in_source.args.track What happens to `track` events.
---@field identify? segment.update_schema_settings_in_source.args.identify What happens to `identify` events.
---@field group? segment.update_schema_settings_in_source.args.group What happens to `group` events.
---@field forwardingViolationsTo? string Id of the source that gets violations.
---@field forwardingBlockedEventsTo? string Id of the source that gets blocked events.

---@class segment.update_schema_settings_in_source.result.settings
---@field track? table<string, any> 
---@field identify? table<string, any> 
---@field group? table<string, any> 
---@field forwardingViolationsTo? string 
---@field forwardingBlockedEventsTo? string 

---@class segment.update_schema_settings_in_source.result
---@field sourceId string The source's id.
---@field settings segment.update_schema_settings_in_source.result.settings The settings.

---@class segment.create_write_key_for_source.args
---@field sourceId string The source's id.

---@class segment.create_write_key_for_source.result.source
---@field id string 
---@field slug string 
---@field name? string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field writeKeys any[] 
---@field settings? table<string, any> 
---@field labels any[] 

---@class segment.create_write_key_for_source.result
---@field source segment.create_write_key_for_source.result.source The source.

---@class segment.remove_write_key_from_source.args
---@field sourceId string The source's id.
---@field writeKey string The write key to take away.

---@class segment.remove_write_key_from_source.result
---@field status string `SUCCESS`.

---@class segment.list_filters_for_space.args
---@field integrationId string The id of the destination in the space.

---@class segment.list_filters_for_space.result.filters
---@field id string 
---@field workspaceId string 
---@field integrationId string 
---@field enabled? boolean 
---@field name? string 
---@field description? string 
---@field if? string 
---@field drop? boolean 
---@field createdAt string 
---@field updatedAt string 

---@class segment.list_filters_for_space.result
---@field filters? segment.list_filters_for_space.result.filters[] The filters.

---@class segment.create_filter_for_space.args
---@field integrationId string The id of the destination it is tied to.
---@field name string Its name.
---@field if string Which events, in FQL.
---@field enabled? boolean Whether it is on.
---@field description? string Its description.
---@field drop? boolean Whether matching events are dropped.

---@class segment.create_filter_for_space.result.filter
---@field id string 
---@field workspaceId string 
---@field integrationId string 
---@field enabled? boolean 
---@field name? string 
---@field description? string 
---@field if? string 
---@field drop? boolean 
---@field createdAt string 
---@field updatedAt string 

---@class segment.create_filter_for_space.result
---@field filter segment.create_filter_for_space.result.filter The filter.

---@class segment.get_filter_by_id.args
---@field id string The filter's id.

---@class segment.get_filter_by_id.result.filter
---@field id string 
---@field workspaceId string 
---@field integrationId string 
---@field enabled? boolean 
---@field name? string 
---@field description? string 
---@field if? string 
---@field drop? boolean 
---@field createdAt string 
---@field updatedAt string 

---@class segment.get_filter_by_id.result
---@field filter segment.get_filter_by_id.result.filter The filter.

---@class segment.update_filter_by_id.args
---@field id string The filter's id.
---@field integrationId string The id of the destination it is tied to.
---@field enabled? boolean Whether it is on.
---@field name? string Its name.
---@field description? string Its description.
---@field if? string The condition, in Segment's filter language (FQL).
---@field drop? boolean Whether matching events are dropped.

---@class segment.update_filter_by_id.result.filter
---@field id string 
---@field workspaceId string 
---@field integrationId string 
---@field enabled? boolean 
---@field name? string 
---@field description? string 
---@field if? string 
---@field drop? boolean 
---@field createdAt string 
---@field updatedAt string 

---@class segment.update_filter_by_id.result
---@field filter segment.update_filter_by_id.result.filter The filter.

---@class segment.delete_filter_by_id.args
---@field id string The filter's id.

---@class segment.delete_filter_by_id.result
---@field deleted boolean True: it is gone.

---@class segment.list_properties_from_entity.args
---@field spaceId string The space's id.
---@field entitySlug string The entity's slug.
---@field includeSampleValues? boolean Whether to return samples of their values.
---@field samplesCount? integer How many samples each.

---@class segment.list_properties_from_entity.result.entityProperties
---@field name string 
---@field primaryKey boolean 
---@field dataType string 
---@field samples? any[] 

---@class segment.list_properties_from_entity.result
---@field entityProperties segment.list_properties_from_entity.result.entityProperties[] The entity properties.

---@class segment.list_sample_values_from_entity_property.args
---@field spaceId string The space's id.
---@field entitySlug string The entity's slug.
---@field propertyName string The property's name.

---@class segment.list_sample_values_from_entity_property.result
---@field sampleValues any[] The samples.

---@class segment.list_entity_paths.args
---@field spaceId string The space's id.
---@field search? string Only paths that contain this text.

---@class segment.list_entity_paths.result.entityPaths
---@field id string 
---@field entityName string 
---@field pathName string 
---@field entitySlug string 
---@field relationshipSlugs any[] 
---@field childRelationshipSlugs any[] 
---@field parentRelationshipSlugPath string 

---@class segment.list_entity_paths.result
---@field entityPaths segment.list_entity_paths.result.entityPaths[] The entity paths.

---@class segment.list_events.args
---@field spaceId string The space's id.
---@field sortBy? "lastSeenAt"|"name" What to sort by.
---@field sortDir? "asc"|"desc" In which direction.
---@field search? string Only events whose name contains this text.

---@class segment.list_events.result.events
---@field name string 
---@field type string 
---@field lastSeenAt string 

---@class segment.list_events.result
---@field events segment.list_events.result.events[] The events.

---@class segment.list_properties_from_event.args
---@field spaceId string The space's id.
---@field eventName string The event's name.
---@field sortBy? "lastSeenAt"|"name" What to sort by.
---@field sortDir? "asc"|"desc" In which direction.
---@field search? string Only properties whose name contains this text.
---@field includeSampleValues? boolean Whether to return samples of their values.
---@field samplesCount? integer How many samples each.

---@class segment.list_properties_from_event.result.eventProperties
---@field name string 
---@field type string 
---@field eventName string 
---@field lastSeenAt string 
---@field samples? any[] 

---@class segment.list_properties_from_event.result
---@field eventProperties segment.list_properties_from_event.result.eventProperties[] The event properties.

---@class segment.list_sample_values_from_event_property.args
---@field spaceId string The space's id.
---@field eventName string The event's name.
---@field propertyName string The property's name.
---@field propertyType "CONTEXT"|"PROPERTY" Where the event carries it.

---@class segment.list_sample_values_from_event_property.result
---@field sampleValues any[] The samples.

---@class segment.list_traits.args
---@field spaceId string The space's id.
---@field sortBy? "lastSeenAt"|"trait" What to sort by.
---@field sortDir? "asc"|"desc" In which direction.
---@field search? string Only traits whose key contains this text.
---@field collection? "accounts"|"users" Only traits of these profiles.
---@field includeSampleValues? boolean Whether to return samples of their values.
---@field samplesCount? integer How many samples each.

---@class segment.list_traits.result.traits
---@field trait string 
---@field type string 
---@field lastSeenAt string 
---@field samples? any[] 

---@class segment.list_traits.result
---@field traits segment.list_traits.result.traits[] The traits.

---@class segment.list_sample_values_from_trait.args
---@field spaceId string The space's id.
---@field traitKey string The trait's key.
---@field collection? "accounts"|"users" Only traits of these profiles.

---@class segment.list_sample_values_from_trait.result
---@field sampleValues any[] The samples.

---@class segment.list_spaces.result.spaces
---@field id string 
---@field slug string 
---@field name string 

---@class segment.list_spaces.result
---@field spaces segment.list_spaces.result.spaces[] The spaces.

---@class segment.get_space.args
---@field spaceId string The space's id.

---@class segment.get_space.result.space
---@field id string 
---@field slug string 
---@field name string 

---@class segment.get_space.result
---@field space? segment.get_space.result.space The space.

---@class segment.replace_messaging_subscriptions_in_spaces.args.subscriptions.groups
---@field name string The group's name.
---@field status string Whether they get its messages.

---@class segment.replace_messaging_subscriptions_in_spaces.args.subscriptions
---@field key string The address, number or device token.
---@field type "ANDROID_PUSH"|"EMAIL"|"IOS_PUSH"|"SMS"|"WHATSAPP" The channel.
---@field status? "DID_NOT_SUBSCRIBE"|"SUBSCRIBED"|"UNSUBSCRIBED" Whether they get messages.
---@field groups? segment.replace_messaging_subscriptions_in_spaces.args.subscriptions.groups[] Subscription groups.

---@class segment.replace_messaging_subscriptions_in_spaces.args
---@field spaceId string The space's id.
---@field subscriptions segment.replace_messaging_subscriptions_in_spaces.args.subscriptions[] Addresses or devices, and what each gets.

---@class segment.replace_messaging_subscriptions_in_spaces.result.successes
---@field key string 
---@field type string 
---@field status? string 
---@field errors? any[] 
---@field groups? any[] 

---@class segment.replace_messaging_subscriptions_in_spaces.result.failures
---@field key string 
---@field type string 
---@field status? string 
---@field errors? any[] 
---@field groups? any[] 

---@class segment.replace_messaging_subscriptions_in_spaces.result
---@field successes segment.replace_messaging_subscriptions_in_spaces.result.successes[] What worked.
---@field failures segment.replace_messaging_subscriptions_in_spaces.result.failures[] What did not.

---@class segment.batch_query_messaging_subscriptions_for_space.args.subscriptions
---@field key string The address, number or device token.
---@field type "ANDROID_PUSH"|"EMAIL"|"IOS_PUSH"|"SMS"|"WHATSAPP" The channel.

---@class segment.batch_query_messaging_subscriptions_for_space.args
---@field spaceId string The space's id.
---@field subscriptions segment.batch_query_messaging_subscriptions_for_space.args.subscriptions[] Addresses or devices, and what each gets.

---@class segment.batch_query_messaging_subscriptions_for_space.result.successes
---@field key string 
---@field type string 
---@field status? string 
---@field groups? any[] 
---@field updatedAt? string 

---@class segment.batch_query_messaging_subscriptions_for_space.result.failures
---@field key string 
---@field type string 
---@field errors any[] 

---@class segment.batch_query_messaging_subscriptions_for_space.result.errors
---@field code string 
---@field message string 

---@class segment.batch_query_messaging_subscriptions_for_space.result
---@field successes segment.batch_query_messaging_subscriptions_for_space.result.successes[] What worked.
---@field failures segment.batch_query_messaging_subscriptions_for_space.result.failures[] What did not.
---@field errors segment.batch_query_messaging_subscriptions_for_space.result.errors[] Why.

---@class segment.echo.args
---@field message string What to send back.
---@field delay? integer How long to wait before the answer, in milliseconds.
---@field triggerError? boolean Whether to answer with an error.
---@field triggerMultipleErrors? boolean Whether to answer with several errors.
---@field triggerUnexpectedError? boolean Whether to fail as if by accident.
---@field statusCode? integer The HTTP status to answer with.

---@class segment.echo.result
---@field method string The method Segment received.
---@field message string The message.
---@field headers table<string, any> The headers Segment received.

---@class segment.identify_user.args
---@field userId? string|integer The unique identifier of the user in your database.
---@field traits? table<string, any> What is known about the user: `name`, `email`, `plan`, `role`, `company`, …
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.identify_user.result
---@field success boolean True: Segment's edge took the event, or it is safely kept. Segment checks the key and the event later.
---@field status string `sent`, or `queued` when it was kept to be sent in a batch.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`; `outbox` when it was kept.

---@class segment.track_event.args
---@field event string Name of the action, e.g. `Order Completed`.
---@field userId? string|integer The unique identifier of the user in your database.
---@field properties? table<string, any> Anything worth knowing about the action: `revenue`, `currency`, `productId`, …
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.track_event.result
---@field success boolean True: Segment's edge took the event, or it is safely kept. Segment checks the key and the event later.
---@field status string `sent`, or `queued` when it was kept to be sent in a batch.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`; `outbox` when it was kept.

---@class segment.page_view.args
---@field name? string Name of the page, e.g. `Product Listing`.
---@field userId? string|integer The unique identifier of the user in your database.
---@field properties? table<string, any> What describes the page: `url`, `path`, `title`, `referrer`, …
---@field category? string Category of the page, e.g. `Docs`.
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.page_view.result
---@field success boolean True: Segment's edge took the event, or it is safely kept. Segment checks the key and the event later.
---@field status string `sent`, or `queued` when it was kept to be sent in a batch.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`; `outbox` when it was kept.

---@class segment.group.args
---@field groupId string|integer The unique identifier of the group in your database, at most 500 characters.
---@field userId? string|integer The unique identifier of the user in your database.
---@field traits? table<string, any> What is known about the group: `name`, `plan`, `industry`, `employee_count`, …
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.group.result
---@field success boolean True: Segment's edge took the event, or it is safely kept. Segment checks the key and the event later.
---@field status string `sent`, or `queued` when it was kept to be sent in a batch.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`; `outbox` when it was kept.

---@class segment.screen.args
---@field name? string Name of the screen, e.g. `Checkout`.
---@field userId? string|integer The unique identifier of the user in your database.
---@field properties? table<string, any> What describes the screen.
---@field category? string Category of the screen.
---@field anonymousId? string|integer An identifier for someone you do not know yet; enough by itself when `userId` is absent.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.screen.result
---@field success boolean True: Segment's edge took the event, or it is safely kept. Segment checks the key and the event later.
---@field status string `sent`, or `queued` when it was kept to be sent in a batch.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`; `outbox` when it was kept.

---@class segment.alias.args
---@field previousId string|integer The id used until now.
---@field userId string|integer The id used from now on.
---@field timestamp? string When it happened, RFC 3339; now when absent. Give it to load history.
---@field context? table<string, any> Where it happened: `ip`, `userAgent`, `locale`, `page`, `campaign`, … as Segment's spec names them.
---@field integrations? table<string, any> Which destinations get it: `{ All = false, Mixpanel = true }`.
---@field messageId? string The id Segment deduplicates by, at most 100 characters; made for you when absent.

---@class segment.alias.result
---@field success boolean True: Segment's edge took the event, or it is safely kept. Segment checks the key and the event later.
---@field status string `sent`, or `queued` when it was kept to be sent in a batch.
---@field message_id string The id Segment deduplicates by.
---@field accepted_by string The region that took it: `us`, `eu`, or `emulator`; `outbox` when it was kept.

---@class segment.batch.args
---@field batch table<string, any>[] The events: each a `type` (`identify`, `track`, `page`, `screen`, `group` or `alias`) and what the function of that name takes.
---@field context? table<string, any> Merged into the context of every event.
---@field integrations? table<string, any> Which destinations get the events that do not say so themselves.

---@class segment.batch.result
---@field success boolean True: Segment's edge took the batch, or it is safely kept.
---@field status string `sent`, or `queued` when they were kept to be sent later.
---@field count integer How many events it held.
---@field message_ids any[] The ids Segment deduplicates by, in order.
---@field accepted_by string The region that took it, `us`, `eu`, or `emulator`; `outbox` when they were kept.

---@class segment.list_tracking_plans.args
---@field type? "ENGAGE"|"LIVE"|"PROPERTY_LIBRARY"|"RULE_LIBRARY"|"TEMPLATE" Only plans of this kind.

---@class segment.list_tracking_plans.result.trackingPlans
---@field id string 
---@field name? string 
---@field slug? string 
---@field description? string 
---@field type string 
---@field updatedAt? string 
---@field createdAt? string 

---@class segment.list_tracking_plans.result
---@field trackingPlans segment.list_tracking_plans.result.trackingPlans[] The tracking plans.

---@class segment.create_tracking_plan.args
---@field name string Its name.
---@field type "ENGAGE"|"LIVE"|"PROPERTY_LIBRARY"|"RULE_LIBRARY"|"TEMPLATE" Its kind.
---@field description? string Its description.

---@class segment.create_tracking_plan.result.trackingPlan
---@field id string 
---@field name? string 
---@field slug? string 
---@field description? string 
---@field type string 
---@field updatedAt? string 
---@field createdAt? string 

---@class segment.create_tracking_plan.result
---@field trackingPlan segment.create_tracking_plan.result.trackingPlan The tracking plan.

---@class segment.get_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.

---@class segment.get_tracking_plan.result.trackingPlan
---@field id string 
---@field name? string 
---@field slug? string 
---@field description? string 
---@field type string 
---@field updatedAt? string 
---@field createdAt? string 

---@class segment.get_tracking_plan.result
---@field trackingPlan segment.get_tracking_plan.result.trackingPlan The tracking plan.

---@class segment.update_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.
---@field name? string Its name.
---@field description? string Its description.

---@class segment.update_tracking_plan.result.trackingPlan
---@field id string 
---@field name? string 
---@field slug? string 
---@field description? string 
---@field type string 
---@field updatedAt? string 
---@field createdAt? string 

---@class segment.update_tracking_plan.result
---@field trackingPlan segment.update_tracking_plan.result.trackingPlan The tracking plan as it is now.
---@field status string `SUCCESS`.

---@class segment.delete_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.

---@class segment.delete_tracking_plan.result
---@field status string `SUCCESS`.

---@class segment.list_rules_from_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.

---@class segment.list_rules_from_tracking_plan.result.rules
---@field type string 
---@field key? string 
---@field jsonSchema? any 
---@field version number 
---@field createdAt? string 
---@field updatedAt? string 
---@field deprecatedAt? string 

---@class segment.list_rules_from_tracking_plan.result
---@field rules segment.list_rules_from_tracking_plan.result.rules[] The rules.

---@class segment.replace_rules_in_tracking_plan.args.rules
---@field type "COMMON"|"GROUP"|"IDENTIFY"|"PAGE"|"SCREEN"|"TRACK" Which kind of event.
---@field key? string The event's name; absent for rules about all events.
---@field jsonSchema any The JSON Schema an event must meet.
---@field version integer Its version.

---@class segment.replace_rules_in_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.
---@field rules segment.replace_rules_in_tracking_plan.args.rules[] The rules; at most 200 a call.

---@class segment.replace_rules_in_tracking_plan.result
---@field status string `SUCCESS`.

---@class segment.update_rules_in_tracking_plan.args.rules
---@field newKey? string Its key from now on.
---@field type "COMMON"|"GROUP"|"IDENTIFY"|"PAGE"|"SCREEN"|"TRACK" Which kind of event.
---@field key? string The event's name; absent for rules about all events.
---@field jsonSchema any The JSON Schema an event must meet.
---@field version integer Its version.

---@class segment.update_rules_in_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.
---@field rules segment.update_rules_in_tracking_plan.args.rules[] The rules; at most 200 a call.

---@class segment.update_rules_in_tracking_plan.result
---@field status string `SUCCESS`.

---@class segment.remove_rules_from_tracking_plan.args.rules
---@field type "COMMON"|"GROUP"|"IDENTIFY"|"PAGE"|"SCREEN"|"TRACK" Which kind of event.
---@field key? string The event's name; absent for rules about all events.
---@field version integer Its version.

---@class segment.remove_rules_from_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.
---@field rules segment.remove_rules_from_tracking_plan.args.rules[] The rules to delete: type, key and version of each.

---@class segment.remove_rules_from_tracking_plan.result
---@field status string `SUCCESS`.

---@class segment.list_sources_from_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.

---@class segment.list_sources_from_tracking_plan.result.sources
---@field id string 
---@field slug string 
---@field name? string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field writeKeys any[] 
---@field settings? table<string, any> 
---@field labels any[] 

---@class segment.list_sources_from_tracking_plan.result
---@field sources segment.list_sources_from_tracking_plan.result.sources[] The sources.

---@class segment.add_source_to_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.
---@field sourceId string The source to hold to it.

---@class segment.add_source_to_tracking_plan.result
---@field status string `SUCCESS`.

---@class segment.remove_source_from_tracking_plan.args
---@field trackingPlanId string The tracking plan's id, e.g. `tp_…`.
---@field sourceId string The source to free.

---@class segment.remove_source_from_tracking_plan.result
---@field status string `SUCCESS`.

---@class segment.list_transformations.result.transformations
---@field id string 
---@field name string 
---@field sourceId string 
---@field destinationMetadataId? string 
---@field enabled boolean 
---@field if string 
---@field drop? boolean 
---@field newEventName? string 
---@field propertyRenames? any[] 
---@field propertyValueTransformations? any[] 
---@field fqlDefinedProperties? any[] 
---@field allowProperties? any[] 
---@field hashPropertiesConfiguration? table<string, any> 

---@class segment.list_transformations.result
---@field transformations segment.list_transformations.result.transformations[] The transformations.

---@class segment.create_transformation.args.propertyRenames
---@field oldName string The name until now.
---@field newName string The name from now on.

---@class segment.create_transformation.args.propertyValueTransformations
---@field propertyPaths string[] Which properties.
---@field propertyValue string The new value.

---@class segment.create_transformation.args.fqlDefinedProperties
---@field fql string The expression.
---@field propertyName string The property.

---@class segment.create_transformation.args.hashPropertiesConfiguration
---@field algorithm string The hash function, e.g. `SHA256`.
---@field key? string The key of a keyed hash.
---@field encoding? "BASE16"|"BASE64"|"BASE64URL"|"HEX" How the hash is written.
---@field paths string[] Which properties.

---@class segment.create_transformation.args
---@field name string Its name.
---@field sourceId string The source whose events it changes.
---@field enabled boolean Whether it is on.
---@field if string The condition, in Segment's filter language (FQL).
---@field destinationMetadataId? string Only for destinations of this kind: its id in the catalog.
---@field drop? boolean Whether matching events are dropped.
---@field newEventName? string What the event is called from now on.
---@field allowProperties? string[] The only properties that are kept.
---@field propertyRenames? segment.create_transformation.args.propertyRenames[] Old and new names of properties.
---@field propertyValueTransformations? segment.create_transformation.args.propertyValueTransformations[] New values of properties.
---@field fqlDefinedProperties? segment.create_transformation.args.fqlDefinedProperties[] Properties computed by an FQL expression.
---@field hashPropertiesConfiguration? segment.create_transformation.args.hashPropertiesConfiguration Which properties are hashed, and how.

---@class segment.create_transformation.result.transformation
---@field id string 
---@field name string 
---@field sourceId string 
---@field destinationMetadataId? string 
---@field enabled boolean 
---@field if string 
---@field drop? boolean 
---@field newEventName? string 
---@field propertyRenames? any[] 
---@field propertyValueTransformations? any[] 
---@field fqlDefinedProperties? any[] 
---@field allowProperties? any[] 
---@field hashPropertiesConfiguration? table<string, any> 

---@class segment.create_transformation.result
---@field transformation segment.create_transformation.result.transformation The transformation.

---@class segment.get_transformation.args
---@field transformationId string The transformation's id.

---@class segment.get_transformation.result.transformation
---@field id string 
---@field name string 
---@field sourceId string 
---@field destinationMetadataId? string 
---@field enabled boolean 
---@field if string 
---@field drop? boolean 
---@field newEventName? string 
---@field propertyRenames? any[] 
---@field propertyValueTransformations? any[] 
---@field fqlDefinedProperties? any[] 
---@field allowProperties? any[] 
---@field hashPropertiesConfiguration? table<string, any> 

---@class segment.get_transformation.result
---@field transformation segment.get_transformation.result.transformation The transformation.

---@class segment.update_transformation.args.propertyRenames
---@field oldName string The name until now.
---@field newName string The name from now on.

---@class segment.update_transformation.args.propertyValueTransformations
---@field propertyPaths string[] Which properties.
---@field propertyValue string The new value.

---@class segment.update_transformation.args.fqlDefinedProperties
---@field fql string The expression.
---@field propertyName string The property.

---@class segment.update_transformation.args.hashPropertiesConfiguration
---@field algorithm string The hash function, e.g. `SHA256`.
---@field key? string The key of a keyed hash.
---@field encoding? "BASE16"|"BASE64"|"BASE64URL"|"HEX" How the hash is written.
---@field paths string[] Which properties.

---@class segment.update_transformation.args
---@field transformationId string The transformation's id.
---@field name? string Its name.
---@field sourceId? string The source whose events it changes.
---@field destinationMetadataId? string Only for destinations of this kind: its id in the catalog.
---@field enabled? boolean Whether it is on.
---@field if? string The condition, in Segment's filter language (FQL).
---@field drop? boolean Whether matching events are dropped.
---@field newEventName? string What the event is called from now on.
---@field allowProperties? string[] The only properties that are kept.
---@field propertyRenames? segment.update_transformation.args.propertyRenames[] Old and new names of properties.
---@field propertyValueTransformations? segment.update_transformation.args.propertyValueTransformations[] New values of properties.
---@field fqlDefinedProperties? segment.update_transformation.args.fqlDefinedProperties[] Properties computed by an FQL expression.
---@field hashPropertiesConfiguration? segment.update_transformation.args.hashPropertiesConfiguration Which properties are hashed, and how.

---@class segment.update_transformation.result.transformation
---@field id string 
---@field name string 
---@field sourceId string 
---@field destinationMetadataId? string 
---@field enabled boolean 
---@field if string 
---@field drop? boolean 
---@field newEventName? string 
---@field propertyRenames? any[] 
---@field propertyValueTransformations? any[] 
---@field fqlDefinedProperties? any[] 
---@field allowProperties? any[] 
---@field hashPropertiesConfiguration? table<string, any> 

---@class segment.update_transformation.result
---@field transformation segment.update_transformation.result.transformation The transformation.

---@class segment.delete_transformation.args
---@field transformationId string The transformation's id.

---@class segment.delete_transformation.result
---@field status string `SUCCESS`.

---@class segment.get_daily_workspace_api_calls_usage.args
---@field period string The first day of the month, e.g. `2026-01-01`.

---@class segment.get_daily_workspace_api_calls_usage.result.dailyWorkspaceAPICallsUsage
---@field apiCalls string 
---@field timestamp string 

---@class segment.get_daily_workspace_api_calls_usage.result
---@field dailyWorkspaceAPICallsUsage segment.get_daily_workspace_api_calls_usage.result.dailyWorkspaceAPICallsUsage[] The daily workspace API calls usage.

---@class segment.get_daily_per_source_api_calls_usage.args
---@field period string The first day of the month, e.g. `2026-01-01`.

---@class segment.get_daily_per_source_api_calls_usage.result.dailyPerSourceAPICallsUsage
---@field sourceId string 
---@field apiCalls string 
---@field timestamp string 

---@class segment.get_daily_per_source_api_calls_usage.result
---@field dailyPerSourceAPICallsUsage segment.get_daily_per_source_api_calls_usage.result.dailyPerSourceAPICallsUsage[] The daily per source API calls usage.

---@class segment.get_daily_workspace_mtu_usage.args
---@field period string The first day of the month, e.g. `2026-01-01`.

---@class segment.get_daily_workspace_mtu_usage.result.dailyWorkspaceMTUUsage
---@field periodStart number 
---@field periodEnd number 
---@field anonymous string 
---@field anonymousIdentified string 
---@field identified string 
---@field neverIdentified string 
---@field timestamp string 

---@class segment.get_daily_workspace_mtu_usage.result
---@field dailyWorkspaceMTUUsage segment.get_daily_workspace_mtu_usage.result.dailyWorkspaceMTUUsage[] The daily workspace MTU usage.

---@class segment.get_daily_per_source_mtu_usage.args
---@field period string The first day of the month, e.g. `2026-01-01`.

---@class segment.get_daily_per_source_mtu_usage.result.dailyPerSourceMTUUsage
---@field sourceId string 
---@field periodStart number 
---@field periodEnd number 
---@field anonymous string 
---@field anonymousIdentified string 
---@field identified string 
---@field neverIdentified string 
---@field timestamp string 

---@class segment.get_daily_per_source_mtu_usage.result
---@field dailyPerSourceMTUUsage segment.get_daily_per_source_mtu_usage.result.dailyPerSourceMTUUsage[] The daily per source MTU usage.

---@class segment.get_events_volume_from_workspace.args
---@field granularity "DAY"|"HOUR"|"MINUTE" How long one step of time is.
---@field startTime string From when, RFC 3339.
---@field endTime string Until when, RFC 3339.
---@field groupBy? string[] What to count separately, e.g. `eventName`.
---@field sourceId? string[] Only these sources.
---@field eventName? string[] Only events of these names.
---@field eventType? string[] Only these types of event.
---@field appVersion? string[] Only these app versions.

---@class segment.get_events_volume_from_workspace.result.query
---@field workspaceId string 
---@field granularity string 
---@field startTime string 
---@field endTime string 
---@field groupBy? any[] 
---@field sourceId? any[] 
---@field eventName? any[] 
---@field eventType? any[] 
---@field appVersion? any[] 
---@field limit? number 

---@class segment.get_events_volume_from_workspace.result.result
---@field source? table<string, any> 
---@field eventName? string 
---@field eventType? string 
---@field total number 
---@field series any[] 

---@class segment.get_events_volume_from_workspace.result
---@field path string The path asked for.
---@field query segment.get_events_volume_from_workspace.result.query What was asked for.
---@field result segment.get_events_volume_from_workspace.result.result[] The counts, step by step.

---@class segment.list_users.result.users
---@field id string Its id.
---@field name string The person's name.
---@field email string The person's e-mail address.
---@field permissions any[] What the person may do, role by role.

---@class segment.list_users.result
---@field users segment.list_users.result.users[] The members.

---@class segment.list_roles.result.roles
---@field id string 
---@field name string 
---@field description string 

---@class segment.list_roles.result
---@field roles segment.list_roles.result.roles[] The roles.

---@class segment.list_invites.result
---@field invites any[] Their e-mail addresses.

---@class segment.create_invites.args.invites.permissions
---@field roleId string The role's id.
---@field resources? any[] What the role is for.
---@field labels? any[] Only resources with these labels.

---@class segment.create_invites.args.invites
---@field email string The e-mail address.
---@field permissions? segment.create_invites.args.invites.permissions[] Roles, and the resources each is for.

---@class segment.create_invites.args
---@field invites segment.create_invites.args.invites[] Whom to invite, and with which permissions.

---@class segment.create_invites.result
---@field emails any[] Their e-mail addresses.

---@class segment.delete_invites.args
---@field emails string[] Their e-mail addresses.

---@class segment.delete_invites.result
---@field status string `SUCCESS`.

---@class segment.delete_users.args
---@field userIds string[] The ids of the members.

---@class segment.delete_users.result
---@field status string `SUCCESS`.

---@class segment.get_user.args
---@field userId string The member's id.

---@class segment.get_user.result.user
---@field id string 
---@field name string 
---@field email string 
---@field permissions? any[] 

---@class segment.get_user.result
---@field user segment.get_user.result.user The user.

---@class segment.list_user_groups_from_user.args
---@field userId string The member's id.

---@class segment.list_user_groups_from_user.result.groups
---@field id string 
---@field name string 

---@class segment.list_user_groups_from_user.result
---@field groups segment.list_user_groups_from_user.result.groups[] The groups.

---@class segment.add_permissions_to_user.args.permissions.resources
---@field id string Its id.
---@field type string Its kind, e.g. `SOURCE`.
---@field labels? any[] Only those with these labels.

---@class segment.add_permissions_to_user.args.permissions
---@field roleId string The role's id.
---@field resources segment.add_permissions_to_user.args.permissions.resources[] What the role is for.

---@class segment.add_permissions_to_user.args
---@field userId string The member's id.
---@field permissions segment.add_permissions_to_user.args.permissions[] Roles, and the resources each is for.

---@class segment.add_permissions_to_user.result.permissions
---@field roleId string 
---@field roleName string 
---@field resources any[] 

---@class segment.add_permissions_to_user.result
---@field permissions segment.add_permissions_to_user.result.permissions[] The permissions in force.

---@class segment.replace_permissions_for_user.args.permissions.resources
---@field id string Its id.
---@field type string Its kind, e.g. `SOURCE`.
---@field labels? any[] Only those with these labels.

---@class segment.replace_permissions_for_user.args.permissions
---@field roleId string The role's id.
---@field resources segment.replace_permissions_for_user.args.permissions.resources[] What the role is for.

---@class segment.replace_permissions_for_user.args
---@field userId string The member's id.
---@field permissions segment.replace_permissions_for_user.args.permissions[] Roles, and the resources each is for.

---@class segment.replace_permissions_for_user.result.permissions
---@field roleId string 
---@field roleName string 
---@field resources any[] 

---@class segment.replace_permissions_for_user.result
---@field permissions segment.replace_permissions_for_user.result.permissions[] The permissions in force.

---@class segment.list_warehouses.result.warehouses
---@field id string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field settings table<string, any> 

---@class segment.list_warehouses.result
---@field warehouses segment.list_warehouses.result.warehouses[] The warehouses.

---@class segment.create_warehouse.args
---@field metadataId string The kind of warehouse: its id in the catalog, or its slug there, e.g. `postgres`.
---@field settings table<string, any> Its settings, as its kind in the catalog names them.
---@field name? string Its name.
---@field enabled? boolean Whether it is on.
---@field disconnectAllSources? boolean True keeps it from being connected to every source at once.

---@class segment.create_warehouse.result.warehouse
---@field id string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field settings table<string, any> 

---@class segment.create_warehouse.result
---@field warehouse segment.create_warehouse.result.warehouse The warehouse.

---@class segment.create_validation_in_warehouse.args
---@field metadataId string The kind of warehouse: its id in the catalog, or its slug there, e.g. `postgres`.
---@field settings table<string, any> Its settings, as its kind in the catalog names them.

---@class segment.create_validation_in_warehouse.result
---@field status string `CONNECTED` when it can be reached.

---@class segment.get_warehouse.args
---@field warehouseId string The warehouse's id.

---@class segment.get_warehouse.result.warehouse
---@field id string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field settings table<string, any> 

---@class segment.get_warehouse.result
---@field warehouse segment.get_warehouse.result.warehouse The warehouse.

---@class segment.update_warehouse.args
---@field warehouseId string The warehouse's id.
---@field settings table<string, any> Its settings. Segment wants them even for a rename.
---@field name? string Its name.
---@field enabled? boolean Whether it is on.

---@class segment.update_warehouse.result.warehouse
---@field id string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field settings table<string, any> 

---@class segment.update_warehouse.result
---@field warehouse segment.update_warehouse.result.warehouse The warehouse.

---@class segment.delete_warehouse.args
---@field warehouseId string The warehouse's id.

---@class segment.delete_warehouse.result
---@field status string `SUCCESS`.

---@class segment.list_connected_sources_from_warehouse.args
---@field warehouseId string The warehouse's id.

---@class segment.list_connected_sources_from_warehouse.result.sources
---@field id string 
---@field slug string 
---@field name? string 
---@field metadata table<string, any> 
---@field workspaceId string 
---@field enabled boolean 
---@field writeKeys any[] 
---@field settings? table<string, any> 
---@field labels any[] 

---@class segment.list_connected_sources_from_warehouse.result
---@field sources segment.list_connected_sources_from_warehouse.result.sources[] The sources.

---@class segment.add_connection_from_source_to_warehouse.args
---@field warehouseId string The warehouse's id.
---@field sourceId string The source's id.

---@class segment.add_connection_from_source_to_warehouse.result
---@field status string `SUCCESS`.

---@class segment.remove_source_connection_from_warehouse.args
---@field warehouseId string The warehouse's id.
---@field sourceId string The source's id.

---@class segment.remove_source_connection_from_warehouse.result
---@field status string `SUCCESS`.

---@class segment.get_connection_state_from_warehouse.args
---@field warehouseId string The warehouse's id.

---@class segment.get_connection_state_from_warehouse.result
---@field connectionState string Whether the warehouse can be reached.

---@class segment.get_workspace.args
---@field slug? string The workspace's slug, e.g. `my-workspace`, or its id; the one of the token if absent.

---@class segment.get_workspace.result
---@field id string Its id.
---@field name string Its name.
---@field slug string Its slug.

---@class segment.get_current_user.result
---@field authenticated boolean True: the token works.
---@field kind string `workspace_token`.
---@field identity string `token`, or `declared` when `user_email` was found.
---@field id string Id of the person, else of the workspace.
---@field name string Name of the person, else of the token's workspace.
---@field email string The person's e-mail address, else empty.
---@field workspace table<string, any> The workspace: `id`, `name`, `slug`.
---@field region string Where the workspace lives, `us` or `eu`.
---@field permissions? any[] What the person may do; only when `declared`.
---@field note string What the answer does not prove.

---Every function of Segment, on one account.
---@class segment.functions
local functions = {}

---List the kinds of destination an audience of this type can be sent to.
---@param args segment.list_supported_destinations_from_audience.args
---@overload fun(spaceId: string, audienceType: string): segment.list_supported_destinations_from_audience.result
---@return segment.list_supported_destinations_from_audience.result
function functions.list_supported_destinations_from_audience(args) end

---List the activations of an audience.
---@param args segment.list_activations_from_audience.args
---@overload fun(spaceId: string, audienceId: string): segment.list_activations_from_audience.result
---@return segment.list_activations_from_audience.result
function functions.list_activations_from_audience(args) end

---Get one activation of an audience.
---@param args segment.get_activation_from_audience.args
---@overload fun(spaceId: string, audienceId: string, id: string): segment.get_activation_from_audience.result
---@return segment.get_activation_from_audience.result
function functions.get_activation_from_audience(args) end

---Change an activation of an audience: its name, mapping, or whether it runs.
---@param args segment.update_activation_for_audience.args
---@overload fun(spaceId: string, audienceId: string, id: string, enabled?: boolean): segment.update_activation_for_audience.result
---@return segment.update_activation_for_audience.result
function functions.update_activation_for_audience(args) end

---Delete an activation, so that the audience no longer triggers it.
---@param args segment.remove_activation_from_audience.args
---@overload fun(spaceId: string, audienceId: string, id: string): segment.remove_activation_from_audience.result
---@return segment.remove_activation_from_audience.result
function functions.remove_activation_from_audience(args) end

---List the destinations an audience is connected to.
---@param args segment.list_destinations_from_audience.args
---@overload fun(spaceId: string, audienceId: string): segment.list_destinations_from_audience.result
---@return segment.list_destinations_from_audience.result
function functions.list_destinations_from_audience(args) end

---Connect an audience to a destination.
---@param args segment.add_destination_to_audience.args
---@overload fun(spaceId: string, audienceId: string, destination: segment.add_destination_to_audience.args.destination): segment.add_destination_to_audience.result
---@return segment.add_destination_to_audience.result
function functions.add_destination_to_audience(args) end

---Add an activation to an audience's connection: what is sent, and when.
---@param args segment.add_activation_to_audience.args
---@overload fun(spaceId: string, audienceId: string, connectionId: string, performResync: boolean, activationType: string, activationName: string, enabled?: boolean): segment.add_activation_to_audience.result
---@return segment.add_activation_to_audience.result
function functions.add_activation_to_audience(args) end

---Change how an audience is matched and sent to a connected destination.
---@param args segment.update_destination_for_audience.args
---@overload fun(spaceId: string, audienceId: string, destinationId: string, idSyncConfiguration?: segment.update_destination_for_audience.args.idSyncConfiguration[]): segment.update_destination_for_audience.result
---@return segment.update_destination_for_audience.result
function functions.update_destination_for_audience(args) end

---Disconnect a destination from an audience.
---@param args segment.remove_destination_from_audience.args
---@overload fun(spaceId: string, audienceId: string, destinationId: string): segment.remove_destination_from_audience.result
---@return segment.remove_destination_from_audience.result
function functions.remove_destination_from_audience(args) end

---List the audiences of a space.
---@param args segment.list_audiences.args
---@overload fun(spaceId: string): segment.list_audiences.result
---@return segment.list_audiences.result
function functions.list_audiences(args) end

---Create an audience from a definition.
---@param args segment.create_audience.args
---@overload fun(spaceId: string, name: string, audienceType: "ACCOUNTS"|"LINKED"|"USERS", definition: segment.create_audience.args.definition): segment.create_audience.result
---@return segment.create_audience.result
function functions.create_audience(args) end

---Start computing who an audience would hold, without creating it.
---@param args segment.create_audience_preview.args
---@overload fun(spaceId: string, audienceType: "ACCOUNTS"|"LINKED"|"USERS", definition: segment.create_audience_preview.args.definition): segment.create_audience_preview.result
---@return segment.create_audience_preview.result
function functions.create_audience_preview(args) end

---Get the result of an audience preview.
---@param args segment.get_audience_preview.args
---@overload fun(spaceId: string, id: string): segment.get_audience_preview.result
---@return segment.get_audience_preview.result
function functions.get_audience_preview(args) end

---Compute an audience now instead of at its next scheduled time.
---@param args segment.force_execute_audience_run.args
---@overload fun(spaceId: string, audienceId: string): segment.force_execute_audience_run.result
---@return segment.force_execute_audience_run.result
function functions.force_execute_audience_run(args) end

---Get one audience.
---@param args segment.get_audience.args
---@overload fun(spaceId: string, id: string): segment.get_audience.result
---@return segment.get_audience.result
function functions.get_audience(args) end

---Change an audience: its name, definition, options, or whether it is computed.
---@param args segment.update_audience_for_space.args
---@overload fun(spaceId: string, id: string, name?: string): segment.update_audience_for_space.result
---@return segment.update_audience_for_space.result
function functions.update_audience_for_space(args) end

---Delete an audience.
---@param args segment.remove_audience_from_space.args
---@overload fun(spaceId: string, id: string): segment.remove_audience_from_space.result
---@return segment.remove_audience_from_space.result
function functions.remove_audience_from_space(args) end

---List the audiences that refer to this one.
---@param args segment.list_audience_consumers_from_space_and_audience.args
---@overload fun(spaceId: string, id: string): segment.list_audience_consumers_from_space_and_audience.result
---@return segment.list_audience_consumers_from_space_and_audience.result
function functions.list_audience_consumers_from_space_and_audience(args) end

---List when an audience is computed.
---@param args segment.list_audience_schedules_from_space_and_audience.args
---@overload fun(spaceId: string, id: string): segment.list_audience_schedules_from_space_and_audience.result
---@return segment.list_audience_schedules_from_space_and_audience.result
function functions.list_audience_schedules_from_space_and_audience(args) end

---Give an audience a time to be computed.
---@param args segment.add_audience_schedule_to_audience.args
---@overload fun(spaceId: string, id: string, strategy: "PERIODIC"|"SPECIFIC_DAYS", config: segment.add_audience_schedule_to_audience.args.config): segment.add_audience_schedule_to_audience.result
---@return segment.add_audience_schedule_to_audience.result
function functions.add_audience_schedule_to_audience(args) end

---Get one schedule of an audience.
---@param args segment.get_audience_schedule_from_space_and_audience.args
---@overload fun(spaceId: string, id: string, scheduleId: string): segment.get_audience_schedule_from_space_and_audience.result
---@return segment.get_audience_schedule_from_space_and_audience.result
function functions.get_audience_schedule_from_space_and_audience(args) end

---Change one schedule of an audience.
---@param args segment.update_audience_schedule_for_audience.args
---@overload fun(spaceId: string, id: string, scheduleId: string, strategy: "PERIODIC"|"SPECIFIC_DAYS", config: segment.update_audience_schedule_for_audience.args.config): segment.update_audience_schedule_for_audience.result
---@return segment.update_audience_schedule_for_audience.result
function functions.update_audience_schedule_for_audience(args) end

---Delete one schedule of an audience.
---@param args segment.remove_audience_schedule_from_audience.args
---@overload fun(spaceId: string, id: string, scheduleId: string): segment.remove_audience_schedule_from_audience.result
---@return segment.remove_audience_schedule_from_audience.result
function functions.remove_audience_schedule_from_audience(args) end

---List what was done in the workspace, by whom and when.
---@param args segment.list_audit_events.args
---@overload fun(startTime?: string, endTime?: string): segment.list_audit_events.result
---@return segment.list_audit_events.result
function functions.list_audit_events(args) end

---List every kind of destination Segment offers.
---@param args? {}
---@return segment.get_destinations_catalog.result
function functions.get_destinations_catalog(args) end
functions.list_destinations_catalog = functions.get_destinations_catalog

---Get one kind of destination, with the settings it takes.
---@param args segment.get_destination_metadata.args
---@overload fun(destinationMetadataId: string): segment.get_destination_metadata.result
---@return segment.get_destination_metadata.result
function functions.get_destination_metadata(args) end

---List every kind of source Segment offers.
---@param args? {}
---@return segment.get_sources_catalog.result
function functions.get_sources_catalog(args) end
functions.list_sources_catalog = functions.get_sources_catalog

---Get one kind of source, with the settings it takes.
---@param args segment.get_source_metadata.args
---@overload fun(sourceMetadataId: string): segment.get_source_metadata.result
---@return segment.get_source_metadata.result
function functions.get_source_metadata(args) end

---List every kind of warehouse Segment offers.
---@param args? {}
---@return segment.get_warehouses_catalog.result
function functions.get_warehouses_catalog(args) end
functions.list_warehouses_catalog = functions.get_warehouses_catalog

---Get one kind of warehouse, with the settings it takes.
---@param args segment.get_warehouse_metadata.args
---@overload fun(warehouseMetadataId: string): segment.get_warehouse_metadata.result
---@return segment.get_warehouse_metadata.result
function functions.get_warehouse_metadata(args) end

---List the computed traits of a space.
---@param args segment.list_computed_traits.args
---@overload fun(spaceId: string): segment.list_computed_traits.result
---@return segment.list_computed_traits.result
function functions.list_computed_traits(args) end

---Create a computed trait from a definition.
---@param args segment.create_computed_trait.args
---@overload fun(spaceId: string, name: string, definition: segment.create_computed_trait.args.definition): segment.create_computed_trait.result
---@return segment.create_computed_trait.result
function functions.create_computed_trait(args) end

---Get one computed trait.
---@param args segment.get_computed_trait.args
---@overload fun(spaceId: string, id: string): segment.get_computed_trait.result
---@return segment.get_computed_trait.result
function functions.get_computed_trait(args) end

---Change a computed trait: its name, definition, or whether it is computed.
---@param args segment.update_computed_trait_for_space.args
---@overload fun(spaceId: string, id: string, name?: string): segment.update_computed_trait_for_space.result
---@return segment.update_computed_trait_for_space.result
function functions.update_computed_trait_for_space(args) end

---Delete a computed trait.
---@param args segment.remove_computed_trait_from_space.args
---@overload fun(spaceId: string, id: string): segment.remove_computed_trait_from_space.result
---@return segment.remove_computed_trait_from_space.result
function functions.remove_computed_trait_from_space(args) end

---Create a source in the legacy API.
---@param args segment.config_create_source.args
---@overload fun(workspaceName: string, source: segment.config_create_source.args.source): segment.config_create_source.result
---@return segment.config_create_source.result
function functions.config_create_source(args) end

---Delete a source in the legacy API.
---@param args segment.config_delete_source.args
---@overload fun(workspaceName: string, sourceName: string): any
---@return any
function functions.config_delete_source(args) end

---List the destinations of a source in the legacy API.
---@param args segment.config_list_destinations.args
---@overload fun(workspaceName: string, sourceName: string): segment.config_list_destinations.result
---@return segment.config_list_destinations.result
function functions.config_list_destinations(args) end

---Connect a destination to a source in the legacy API; it stays off unless `enabled` is sent.
---@param args segment.config_create_destination.args
---@overload fun(workspaceName: string, sourceName: string, destination: segment.config_create_destination.args.destination): segment.config_create_destination.result
---@return segment.config_create_destination.result
function functions.config_create_destination(args) end

---Get one destination of a source in the legacy API.
---@param args segment.config_get_destination.args
---@overload fun(workspaceName: string, sourceName: string, destinationName: string): segment.config_get_destination.result
---@return segment.config_get_destination.result
function functions.config_get_destination(args) end

---Change the given fields of a destination in the legacy API.
---@param args segment.config_update_destination.args
---@overload fun(workspaceName: string, sourceName: string, destinationName: string, destination: segment.config_update_destination.args.destination): segment.config_update_destination.result
---@return segment.config_update_destination.result
function functions.config_update_destination(args) end

---Delete a destination in the legacy API.
---@param args segment.config_delete_destination.args
---@overload fun(workspaceName: string, sourceName: string, destinationName: string): any
---@return any
function functions.config_delete_destination(args) end

---List the tracking plans of a workspace, rules included, in the legacy API.
---@param args segment.config_list_tracking_plans.args
---@overload fun(workspaceName: string): segment.config_list_tracking_plans.result
---@return segment.config_list_tracking_plans.result
function functions.config_list_tracking_plans(args) end

---Create a tracking plan with its rules in the legacy API.
---@param args segment.config_create_tracking_plan.args
---@overload fun(workspaceName: string, tracking_plan: segment.config_create_tracking_plan.args.tracking_plan): segment.config_create_tracking_plan.result
---@return segment.config_create_tracking_plan.result
function functions.config_create_tracking_plan(args) end

---List the workspaces a legacy token can see.
---@param args? {}
---@return segment.config_list_workspaces.result
function functions.config_list_workspaces(args) end

---Get how a source treats events that break its tracking plan, in the legacy API.
---@param args segment.config_get_schema_config.args
---@overload fun(workspaceName: string, sourceName: string): any
---@return any
function functions.config_get_schema_config(args) end

---Change how a source treats events that break its tracking plan, in the legacy API.
---@param args segment.config_update_schema_config.args
---@overload fun(workspaceName: string, sourceName: string, schema_config: table<string, any>): any
---@return any
function functions.config_update_schema_config(args) end

---Set which warehouses a source is loaded into, in the legacy API.
---@param args segment.config_update_connected_warehouses.args
---@overload fun(workspaceName: string, sourceName: string, connected_warehouses: table<string, any>): any
---@return any
function functions.config_update_connected_warehouses(args) end

---List the filters of a destination in the legacy API.
---@param args segment.config_list_destination_filters.args
---@overload fun(workspaceName: string, sourceName: string, destinationName: string): segment.config_list_destination_filters.result
---@return segment.config_list_destination_filters.result
function functions.config_list_destination_filters(args) end

---Add a filter to a destination in the legacy API.
---@param args segment.config_create_destination_filter.args
---@overload fun(workspaceName: string, sourceName: string, destinationName: string, filter: segment.config_create_destination_filter.args.filter): any
---@return any
function functions.config_create_destination_filter(args) end

---Get one filter of a destination in the legacy API.
---@param args segment.config_get_destination_filter.args
---@overload fun(workspaceName: string, sourceName: string, destinationName: string, filterName: string): any
---@return any
function functions.config_get_destination_filter(args) end

---Change the given fields of a filter in the legacy API.
---@param args segment.config_update_destination_filter.args
---@overload fun(workspaceName: string, sourceName: string, destinationName: string, filterName: string, filter: table<string, any>): any
---@return any
function functions.config_update_destination_filter(args) end

---Delete a filter of a destination in the legacy API.
---@param args segment.config_delete_destination_filter.args
---@overload fun(workspaceName: string, sourceName: string, destinationName: string, filterName: string): any
---@return any
function functions.config_delete_destination_filter(args) end

---Show what a legacy filter would do to an event, without creating it.
---@param args segment.config_preview_destination_filter.args
---@overload fun(filter: table<string, any>, payload: table<string, any>): any
---@return any
function functions.config_preview_destination_filter(args) end

---Get one tracking plan with its rules in the legacy API.
---@param args segment.config_get_tracking_plan.args
---@overload fun(workspaceName: string, trackingPlanName: string): segment.config_get_tracking_plan.result
---@return segment.config_get_tracking_plan.result
function functions.config_get_tracking_plan(args) end

---Replace the given fields of a tracking plan in the legacy API.
---@param args segment.config_update_tracking_plan.args
---@overload fun(workspaceName: string, trackingPlanName: string, tracking_plan: table<string, any>): segment.config_update_tracking_plan.result
---@return segment.config_update_tracking_plan.result
function functions.config_update_tracking_plan(args) end

---Delete a tracking plan in the legacy API.
---@param args segment.config_delete_tracking_plan.args
---@overload fun(workspaceName: string, trackingPlanName: string): any
---@return any
function functions.config_delete_tracking_plan(args) end

---List the sources held to a tracking plan in the legacy API.
---@param args segment.config_list_tracking_plan_connections.args
---@overload fun(workspaceName: string, trackingPlanName: string): any
---@return any
function functions.config_list_tracking_plan_connections(args) end

---Hold a source to a tracking plan in the legacy API.
---@param args segment.config_create_tracking_plan_connection.args
---@overload fun(workspaceName: string, trackingPlanName: string, source_name: string): any
---@return any
function functions.config_create_tracking_plan_connection(args) end

---Hold several sources to a tracking plan in the legacy API.
---@param args segment.config_batch_create_tracking_plan_connections.args
---@overload fun(workspaceName: string, trackingPlanName: string, requests?: table<string, any>[]): any
---@return any
function functions.config_batch_create_tracking_plan_connections(args) end

---Free a source from a tracking plan in the legacy API.
---@param args segment.config_delete_tracking_plan_connection.args
---@overload fun(workspaceName: string, trackingPlanName: string, sourceName: string): any
---@return any
function functions.config_delete_tracking_plan_connection(args) end

---List every kind of source in the legacy catalog.
---@param args segment.config_list_source_catalog.args
---@overload fun(): segment.config_list_source_catalog.result
---@return segment.config_list_source_catalog.result
function functions.config_list_source_catalog(args) end

---Get one kind of source from the legacy catalog.
---@param args segment.config_get_source_catalog.args
---@overload fun(sourceName: string): any
---@return any
function functions.config_get_source_catalog(args) end

---List every kind of destination in the legacy catalog.
---@param args segment.config_list_destination_catalog.args
---@overload fun(): segment.config_list_destination_catalog.result
---@return segment.config_list_destination_catalog.result
function functions.config_list_destination_catalog(args) end

---Get one kind of destination from the legacy catalog.
---@param args segment.config_get_destination_catalog.args
---@overload fun(destinationName: string): any
---@return any
function functions.config_get_destination_catalog(args) end

---Get one delivery metric of a destination in the legacy API.
---@param args segment.config_get_destination_metric.args
---@overload fun(workspaceName: string, sourceName: string, destinationName: string, metricName: string): any
---@return any
function functions.config_get_destination_metric(args) end

---Ask for people's data to be suppressed and deleted, in the legacy API.
---@param args segment.config_create_regulation.args
---@overload fun(workspaceName: string, regulation_type: string, attributes: segment.config_create_regulation.args.attributes): any
---@return any
function functions.config_create_regulation(args) end

---List the deletion and suppression requests in the legacy API.
---@param args segment.config_list_regulations.args
---@overload fun(workspaceName: string): segment.config_list_regulations.result
---@return segment.config_list_regulations.result
function functions.config_list_regulations(args) end

---Get one deletion or suppression request in the legacy API.
---@param args segment.config_get_regulation.args
---@overload fun(workspaceName: string, regulationId: string): any
---@return any
function functions.config_get_regulation(args) end

---Withdraw a deletion or suppression request that is not being carried out yet.
---@param args segment.config_delete_regulation.args
---@overload fun(workspaceName: string, regulationId: string): any
---@return any
function functions.config_delete_regulation(args) end

---List the people whose events are suppressed, in the legacy API.
---@param args segment.config_list_suppressed_users.args
---@overload fun(workspaceName: string): segment.config_list_suppressed_users.result
---@return segment.config_list_suppressed_users.result
function functions.config_list_suppressed_users(args) end

---List the roles of a workspace in the legacy API.
---@param args segment.config_list_roles.args
---@overload fun(workspaceName: string): any
---@return any
function functions.config_list_roles(args) end

---List which roles people have, in the legacy API.
---@param args segment.config_list_policies.args
---@overload fun(workspaceName: string): any
---@return any
function functions.config_list_policies(args) end

---List the pending invitations in the legacy API.
---@param args segment.config_list_invites.args
---@overload fun(workspaceName: string): any
---@return any
function functions.config_list_invites(args) end

---Invite somebody to the workspace in the legacy API.
---@param args segment.config_create_invite.args
---@overload fun(workspaceName: string, invite?: table<string, any>): any
---@return any
function functions.config_create_invite(args) end

---Withdraw an invitation in the legacy API.
---@param args segment.config_delete_invite.args
---@overload fun(workspaceName: string, email: string): any
---@return any
function functions.config_delete_invite(args) end

---List the members of a workspace in the legacy API.
---@param args segment.config_list_users.args
---@overload fun(workspaceName: string): segment.config_list_users.result
---@return segment.config_list_users.result
function functions.config_list_users(args) end

---List the functions of a workspace in the legacy API.
---@param args segment.config_list_functions.args
---@overload fun(workspaceName: string): segment.config_list_functions.result
---@return segment.config_list_functions.result
function functions.config_list_functions(args) end

---Create a source or destination function in the legacy API.
---@param args segment.config_create_function.args
---@overload fun(workspaceName: string, function: segment.config_create_function.args.function): any
---@return any
function functions.config_create_function(args) end

---Get one function in the legacy API.
---@param args segment.config_get_function.args
---@overload fun(workspaceName: string, functionName: string): any
---@return any
function functions.config_get_function(args) end

---Change the given fields of a function in the legacy API.
---@param args segment.config_update_function.args
---@overload fun(workspaceName: string, functionName: string, function: table<string, any>): any
---@return any
function functions.config_update_function(args) end

---Delete a function in the legacy API.
---@param args segment.config_delete_function.args
---@overload fun(workspaceName: string, functionName: string): any
---@return any
function functions.config_delete_function(args) end

---Deploy a function in the legacy API.
---@param args segment.config_deploy_function.args
---@overload fun(workspaceName: string, functionName: string): any
---@return any
function functions.config_deploy_function(args) end

---Make a legacy token. Segment has stopped giving them out.
---@param args segment.config_create_access_token.args
---@overload fun(access_token: segment.config_create_access_token.args.access_token): segment.config_create_access_token.result
---@return segment.config_create_access_token.result
function functions.config_create_access_token(args) end

---List the stored credentials, without their secrets.
---@param args? {}
---@return segment.list_credentials.result
function functions.list_credentials(args) end

---Store a credential.
---@param args segment.create_credential.args
---@overload fun(name: string, settings: table<string, any>): segment.create_credential.result
---@return segment.create_credential.result
function functions.create_credential(args) end

---Get one stored credential, without its secrets.
---@param args segment.get_credential.args
---@overload fun(credentialId: string): segment.get_credential.result
---@return segment.get_credential.result
function functions.get_credential(args) end

---Rename a stored credential or replace its settings.
---@param args segment.update_credential.args
---@overload fun(credentialId: string, name?: string): segment.update_credential.result
---@return segment.update_credential.result
function functions.update_credential(args) end

---Delete a stored credential that nothing uses.
---@param args segment.delete_credential.args
---@overload fun(credentialId: string): segment.delete_credential.result
---@return segment.delete_credential.result
function functions.delete_credential(args) end

---List the sources and warehouses that use a credential.
---@param args segment.list_credential_consumers.args
---@overload fun(credentialId: string): segment.list_credential_consumers.result
---@return segment.list_credential_consumers.result
function functions.list_credential_consumers(args) end

---Get the links to one hour of customer-insights data.
---@param args segment.create_download.args
---@overload fun(collectionId: string, hour: string): segment.create_download.result
---@return segment.create_download.result
function functions.create_download(args) end

---Fetch the newest models of a source's dbt project now.
---@param args segment.create_dbt_model_sync_trigger.args
---@overload fun(sourceId: string): segment.create_dbt_model_sync_trigger.result
---@return segment.create_dbt_model_sync_trigger.result
function functions.create_dbt_model_sync_trigger(args) end

---Count the events a destination did not take.
---@param args segment.get_egress_failed_metrics_from_delivery_overview.args
---@overload fun(sourceId: string, destinationConfigId: string, startTime: string, endTime: string, granularity: "DAY"|"HOUR"|"MINUTE"): segment.get_egress_failed_metrics_from_delivery_overview.result
---@return segment.get_egress_failed_metrics_from_delivery_overview.result
function functions.get_egress_failed_metrics_from_delivery_overview(args) end

---Count the events Segment dropped on their way in.
---@param args segment.get_ingress_failed_metrics_from_delivery_overview.args
---@overload fun(sourceId: string, startTime: string, endTime: string, granularity: "DAY"|"HOUR"|"MINUTE"): segment.get_ingress_failed_metrics_from_delivery_overview.result
---@return segment.get_ingress_failed_metrics_from_delivery_overview.result
function functions.get_ingress_failed_metrics_from_delivery_overview(args) end

---Count the events filtered out just before a destination.
---@param args segment.get_filtered_at_destination_metrics_from_delivery_overview.args
---@overload fun(sourceId: string, destinationConfigId: string, startTime: string, endTime: string, granularity: "DAY"|"HOUR"|"MINUTE"): segment.get_filtered_at_destination_metrics_from_delivery_overview.result
---@return segment.get_filtered_at_destination_metrics_from_delivery_overview.result
function functions.get_filtered_at_destination_metrics_from_delivery_overview(args) end

---Count the events filtered out at their source.
---@param args segment.get_filtered_at_source_metrics_from_delivery_overview.args
---@overload fun(sourceId: string, startTime: string, endTime: string, granularity: "DAY"|"HOUR"|"MINUTE"): segment.get_filtered_at_source_metrics_from_delivery_overview.result
---@return segment.get_filtered_at_source_metrics_from_delivery_overview.result
function functions.get_filtered_at_source_metrics_from_delivery_overview(args) end

---Count the events a destination took.
---@param args segment.get_egress_success_metrics_from_delivery_overview.args
---@overload fun(sourceId: string, destinationConfigId: string, startTime: string, endTime: string, granularity: "DAY"|"HOUR"|"MINUTE"): segment.get_egress_success_metrics_from_delivery_overview.result
---@return segment.get_egress_success_metrics_from_delivery_overview.result
function functions.get_egress_success_metrics_from_delivery_overview(args) end

---Count the events Segment took from a source.
---@param args segment.get_ingress_success_metrics_from_delivery_overview.args
---@overload fun(sourceId: string, startTime: string, endTime: string, granularity: "DAY"|"HOUR"|"MINUTE"): segment.get_ingress_success_metrics_from_delivery_overview.result
---@return segment.get_ingress_success_metrics_from_delivery_overview.result
function functions.get_ingress_success_metrics_from_delivery_overview(args) end

---Show what a filter would do to an event, without creating it.
---@param args segment.preview_destination_filter.args
---@overload fun(filter: segment.preview_destination_filter.args.filter, payload: table<string, any>): segment.preview_destination_filter.result
---@return segment.preview_destination_filter.result
function functions.preview_destination_filter(args) end

---List the filters of a destination.
---@param args segment.list_filters_from_destination.args
---@overload fun(destinationId: string): segment.list_filters_from_destination.result
---@return segment.list_filters_from_destination.result
function functions.list_filters_from_destination(args) end

---Add a filter to a destination.
---@param args segment.create_filter_for_destination.args
---@overload fun(destinationId: string, sourceId: string, if: string, actions: segment.create_filter_for_destination.args.actions[], title: string, enabled: boolean): segment.create_filter_for_destination.result
---@return segment.create_filter_for_destination.result
function functions.create_filter_for_destination(args) end

---Get one filter of a destination.
---@param args segment.get_filter_in_destination.args
---@overload fun(destinationId: string, filterId: string): segment.get_filter_in_destination.result
---@return segment.get_filter_in_destination.result
function functions.get_filter_in_destination(args) end

---Change a filter of a destination.
---@param args segment.update_filter_for_destination.args
---@overload fun(destinationId: string, filterId: string, enabled?: boolean): segment.update_filter_for_destination.result
---@return segment.update_filter_for_destination.result
function functions.update_filter_for_destination(args) end

---Delete a filter of a destination.
---@param args segment.remove_filter_from_destination.args
---@overload fun(destinationId: string, filterId: string): segment.remove_filter_from_destination.result
---@return segment.remove_filter_from_destination.result
function functions.remove_filter_from_destination(args) end

---List the destinations of the workspace.
---@param args? {}
---@return segment.list_destinations.result
function functions.list_destinations(args) end

---Connect a new destination to a source.
---@param args segment.create_destination.args
---@overload fun(sourceId: string, metadataId: string, settings: table<string, any>, enabled?: boolean, name?: string): segment.create_destination.result
---@return segment.create_destination.result
function functions.create_destination(args) end

---Get one destination.
---@param args segment.get_destination.args
---@overload fun(destinationId: string): segment.get_destination.result
---@return segment.get_destination.result
function functions.get_destination(args) end

---Change a destination: its name, settings, or whether it gets events.
---@param args segment.update_destination.args
---@overload fun(destinationId: string, enabled?: boolean): segment.update_destination.result
---@return segment.update_destination.result
function functions.update_destination(args) end

---Delete a destination.
---@param args segment.delete_destination.args
---@overload fun(destinationId: string): segment.delete_destination.result
---@return segment.delete_destination.result
function functions.delete_destination(args) end

---Sum up how a destination's deliveries went: how many succeeded, failed, were retried, and how fast.
---@param args segment.list_delivery_metrics_summary_from_destination.args
---@overload fun(destinationId: string, sourceId: string): segment.list_delivery_metrics_summary_from_destination.result
---@return segment.list_delivery_metrics_summary_from_destination.result
function functions.list_delivery_metrics_summary_from_destination(args) end

---List the subscriptions of a destination: which events trigger which action.
---@param args segment.list_subscriptions_from_destination.args
---@overload fun(destinationId: string): segment.list_subscriptions_from_destination.result
---@return segment.list_subscriptions_from_destination.result
function functions.list_subscriptions_from_destination(args) end

---Add a subscription to a destination: a trigger and the action it runs.
---@param args segment.create_destination_subscription.args
---@overload fun(destinationId: string, name: string, actionId: string, trigger: string, enabled: boolean): segment.create_destination_subscription.result
---@return segment.create_destination_subscription.result
function functions.create_destination_subscription(args) end

---Get one subscription of a destination.
---@param args segment.get_subscription_from_destination.args
---@overload fun(destinationId: string, id: string): segment.get_subscription_from_destination.result
---@return segment.get_subscription_from_destination.result
function functions.get_subscription_from_destination(args) end

---Change a subscription of a destination.
---@param args segment.update_subscription_for_destination.args
---@overload fun(destinationId: string, id: string, input: segment.update_subscription_for_destination.args.input): segment.update_subscription_for_destination.result
---@return segment.update_subscription_for_destination.result
function functions.update_subscription_for_destination(args) end

---Delete a subscription of a destination.
---@param args segment.remove_subscription_from_destination.args
---@overload fun(destinationId: string, id: string): segment.remove_subscription_from_destination.result
---@return segment.remove_subscription_from_destination.result
function functions.remove_subscription_from_destination(args) end

---List the functions of the workspace.
---@param args segment.list_functions.args
---@overload fun(resourceType?: "DESTINATION"|"INSERT_DESTINATION"|"INSERT_SOURCE"|"INSERT_TRANSFORMATION"|"SOURCE"): segment.list_functions.result
---@return segment.list_functions.result
function functions.list_functions(args) end

---Create a function from its code.
---@param args segment.create_function.args
---@overload fun(code: string, displayName: string, resourceType: "DESTINATION"|"INSERT_DESTINATION"|"INSERT_SOURCE"|"INSERT_TRANSFORMATION"|"SOURCE"): segment.create_function.result
---@return segment.create_function.result
function functions.create_function(args) end

---Get one function, its code included.
---@param args segment.get_function.args
---@overload fun(functionId: string): segment.get_function.result
---@return segment.get_function.result
function functions.get_function(args) end

---Change a function: its code, settings, name or description.
---@param args segment.update_function.args
---@overload fun(functionId: string, displayName?: string): segment.update_function.result
---@return segment.update_function.result
function functions.update_function(args) end

---Delete a function.
---@param args segment.delete_function.args
---@overload fun(functionId: string): segment.delete_function.result
---@return segment.delete_function.result
function functions.delete_function(args) end

---Deploy a function's current code to everything that uses it.
---@param args segment.create_function_deployment.args
---@overload fun(functionId: string): segment.create_function_deployment.result
---@return segment.create_function_deployment.result
function functions.create_function_deployment(args) end
functions.deploy_function = functions.create_function_deployment

---List the earlier versions of a function.
---@param args segment.list_function_versions.args
---@overload fun(functionId: string): segment.list_function_versions.result
---@return segment.list_function_versions.result
function functions.list_function_versions(args) end

---Put an earlier version of a function back; it overwrites the current code.
---@param args segment.restore_function_version.args
---@overload fun(functionId: string, versionId: string): segment.restore_function_version.result
---@return segment.restore_function_version.result
function functions.restore_function_version(args) end

---Get one earlier version of a function, its code included.
---@param args segment.get_function_version.args
---@overload fun(functionId: string, versionId: string): segment.get_function_version.result
---@return segment.get_function_version.result
function functions.get_function_version(args) end

---List where an insert function is connected.
---@param args segment.list_insert_function_instances.args
---@overload fun(functionId: string): segment.list_insert_function_instances.result
---@return segment.list_insert_function_instances.result
function functions.list_insert_function_instances(args) end

---Connect an insert function to a destination.
---@param args segment.create_insert_function_instance.args
---@overload fun(functionId: string, integrationId: string, name: string, settings: table<string, any>, enabled?: boolean): segment.create_insert_function_instance.result
---@return segment.create_insert_function_instance.result
function functions.create_insert_function_instance(args) end

---Get one connection of an insert function.
---@param args segment.get_insert_function_instance.args
---@overload fun(instanceId: string): segment.get_insert_function_instance.result
---@return segment.get_insert_function_instance.result
function functions.get_insert_function_instance(args) end

---Change one connection of an insert function.
---@param args segment.update_insert_function_instance.args
---@overload fun(instanceId: string, settings: table<string, any>, enabled?: boolean): segment.update_insert_function_instance.result
---@return segment.update_insert_function_instance.result
function functions.update_insert_function_instance(args) end

---Disconnect an insert function from a destination.
---@param args segment.delete_insert_function_instance.args
---@overload fun(instanceId: string): segment.delete_insert_function_instance.result
---@return segment.delete_insert_function_instance.result
function functions.delete_insert_function_instance(args) end

---Make the given people the only members of a user group.
---@param args segment.replace_users_in_user_group.args
---@overload fun(userGroupId: string, emails: string[]): segment.replace_users_in_user_group.result
---@return segment.replace_users_in_user_group.result
function functions.replace_users_in_user_group(args) end

---Take people out of a user group.
---@param args segment.remove_users_from_user_group.args
---@overload fun(userGroupId: string, emails: string[]): segment.remove_users_from_user_group.result
---@return segment.remove_users_from_user_group.result
function functions.remove_users_from_user_group(args) end

---List the user groups of the workspace.
---@param args? {}
---@return segment.list_user_groups.result
function functions.list_user_groups(args) end

---Create a user group.
---@param args segment.create_user_group.args
---@overload fun(name: string): segment.create_user_group.result
---@return segment.create_user_group.result
function functions.create_user_group(args) end

---Get one user group, with its permissions.
---@param args segment.get_user_group.args
---@overload fun(userGroupId: string): segment.get_user_group.result
---@return segment.get_user_group.result
function functions.get_user_group(args) end

---Rename a user group.
---@param args segment.update_user_group.args
---@overload fun(userGroupId: string, name: string): segment.update_user_group.result
---@return segment.update_user_group.result
function functions.update_user_group(args) end

---Delete a user group.
---@param args segment.delete_user_group.args
---@overload fun(userGroupId: string): segment.delete_user_group.result
---@return segment.delete_user_group.result
function functions.delete_user_group(args) end

---List the people invited to a user group who have not joined yet.
---@param args segment.list_invites_from_user_group.args
---@overload fun(userGroupId: string): segment.list_invites_from_user_group.result
---@return segment.list_invites_from_user_group.result
function functions.list_invites_from_user_group(args) end

---Give a user group further permissions.
---@param args segment.add_permissions_to_user_group.args
---@overload fun(userGroupId: string, permissions: segment.add_permissions_to_user_group.args.permissions[]): segment.add_permissions_to_user_group.result
---@return segment.add_permissions_to_user_group.result
function functions.add_permissions_to_user_group(args) end

---Make the given permissions the only ones of a user group.
---@param args segment.replace_permissions_for_user_group.args
---@overload fun(userGroupId: string, permissions: segment.replace_permissions_for_user_group.args.permissions[]): segment.replace_permissions_for_user_group.result
---@return segment.replace_permissions_for_user_group.result
function functions.replace_permissions_for_user_group(args) end

---List the members of a user group.
---@param args segment.list_users_from_user_group.args
---@overload fun(userGroupId: string): segment.list_users_from_user_group.result
---@return segment.list_users_from_user_group.result
function functions.list_users_from_user_group(args) end

---Add people to a user group.
---@param args segment.add_users_to_user_group.args
---@overload fun(userGroupId: string, emails: string[]): segment.add_users_to_user_group.result
---@return segment.add_users_to_user_group.result
function functions.add_users_to_user_group(args) end

---List the labels of the workspace.
---@param args? {}
---@return segment.list_labels.result
function functions.list_labels(args) end

---Create a label.
---@param args segment.create_label.args
---@overload fun(label: segment.create_label.args.label): segment.create_label.result
---@return segment.create_label.result
function functions.create_label(args) end

---Delete a label everywhere it is used.
---@param args segment.delete_label.args
---@overload fun(key: string, value: string): segment.delete_label.result
---@return segment.delete_label.result
function functions.delete_label(args) end

---Upload the live plugin code of a source.
---@param args segment.create_live_plugin.args
---@overload fun(sourceId: string, code: string): segment.create_live_plugin.result
---@return segment.create_live_plugin.result
function functions.create_live_plugin(args) end

---Delete the live plugin code of a source.
---@param args segment.delete_live_plugin_code.args
---@overload fun(sourceId: string): segment.delete_live_plugin_code.result
---@return segment.delete_live_plugin_code.result
function functions.delete_live_plugin_code(args) end

---Get the newest live plugin of a source.
---@param args segment.get_latest_from_live_plugins.args
---@overload fun(sourceId: string): segment.get_latest_from_live_plugins.result
---@return segment.get_latest_from_live_plugins.result
function functions.get_latest_from_live_plugins(args) end

---Add objects to a collection, or change those with the same id; each collection is a warehouse table.
---@param args segment.set_objects.args
---@overload fun(collection: string, objects: segment.set_objects.args.objects[]): any
---@return any
function functions.set_objects(args) end
functions.set_object = functions.set_objects

---Begin a bulk upload of objects.
---@param args? {}
---@return segment.start_object_sync.result
function functions.start_object_sync(args) end

---Send objects to a bulk upload that is open, from a list or from a file of any size.
---@param args segment.upload_objects.args
---@overload fun(syncId: string, objects: segment.upload_objects.args.objects[]): segment.upload_objects.result
---@return segment.upload_objects.result
function functions.upload_objects(args) end
functions.upload_object_file = functions.upload_objects

---Keep a bulk upload of objects from ending for another ten minutes.
---@param args segment.keep_object_sync_alive.args
---@overload fun(syncId: string): any
---@return any
function functions.keep_object_sync_alive(args) end

---End a bulk upload of objects, so that it is loaded.
---@param args segment.finish_object_sync.args
---@overload fun(syncId: string): any
---@return any
function functions.finish_object_sync(args) end

---Get the traits of a person or account.
---@param args segment.get_profile_traits.args
---@overload fun(externalId: string, spaceId: string, collection: "users"|"accounts"): segment.get_profile_traits.result
---@return segment.get_profile_traits.result
function functions.get_profile_traits(args) end
functions.get_traits = functions.get_profile_traits

---Get every id a person or account is known by.
---@param args segment.get_profile_external_ids.args
---@overload fun(externalId: string, spaceId: string, collection: "users"|"accounts"): segment.get_profile_external_ids.result
---@return segment.get_profile_external_ids.result
function functions.get_profile_external_ids(args) end
functions.get_external_ids = functions.get_profile_external_ids

---Get what a person did in the last 14 days.
---@param args segment.get_profile_events.args
---@overload fun(externalId: string, sort?: "asc"|"desc", spaceId: string, collection: "users"|"accounts"): segment.get_profile_events.result
---@return segment.get_profile_events.result
function functions.get_profile_events(args) end
functions.get_events = functions.get_profile_events

---Get when a profile was made and last changed, and what it was merged from.
---@param args segment.get_profile_metadata.args
---@overload fun(externalId: string, spaceId: string, collection: "users"|"accounts"): segment.get_profile_metadata.result
---@return segment.get_profile_metadata.result
function functions.get_profile_metadata(args) end
functions.get_metadata = functions.get_profile_metadata

---Get the accounts a person is linked to, or the people of an account.
---@param args segment.get_profile_links.args
---@overload fun(externalId: string, spaceId: string, collection: "users"|"accounts"): segment.get_profile_links.result
---@return segment.get_profile_links.result
function functions.get_profile_links(args) end
functions.get_links = functions.get_profile_links

---Take one id away from a person's profile; the rest of the profile stays.
---@param args segment.delete_profile_external_ids.args
---@overload fun(externalId: string, delete_external_ids: segment.delete_profile_external_ids.args.delete_external_ids[], spaceId: string, collection: "users"|"accounts"): any
---@return any
function functions.delete_profile_external_ids(args) end
functions.delete_external_ids = functions.delete_profile_external_ids

---List the warehouses that get a space's profiles.
---@param args segment.list_profiles_warehouse_in_space.args
---@overload fun(spaceId: string): segment.list_profiles_warehouse_in_space.result
---@return segment.list_profiles_warehouse_in_space.result
function functions.list_profiles_warehouse_in_space(args) end

---Connect a warehouse to a space, to load its profiles into.
---@param args segment.create_profiles_warehouse.args
---@overload fun(spaceId: string, metadataId: string, settings: table<string, any>, name?: string, enabled?: boolean, schemaName?: string): segment.create_profiles_warehouse.result
---@return segment.create_profiles_warehouse.result
function functions.create_profiles_warehouse(args) end

---Change a profiles warehouse: its name, settings, schema, or whether it syncs.
---@param args segment.update_profiles_warehouse_for_space_warehouse.args
---@overload fun(spaceId: string, warehouseId: string, settings: table<string, any>, name?: string): segment.update_profiles_warehouse_for_space_warehouse.result
---@return segment.update_profiles_warehouse_for_space_warehouse.result
function functions.update_profiles_warehouse_for_space_warehouse(args) end

---Disconnect a profiles warehouse from a space.
---@param args segment.remove_profiles_warehouse_from_space.args
---@overload fun(spaceId: string, warehouseId: string): segment.remove_profiles_warehouse_from_space.result
---@return segment.remove_profiles_warehouse_from_space.result
function functions.remove_profiles_warehouse_from_space(args) end

---List which profile tables and columns are synced.
---@param args segment.list_selective_syncs_from_warehouse_and_space.args
---@overload fun(spaceId: string, warehouseId: string): segment.list_selective_syncs_from_warehouse_and_space.result
---@return segment.list_selective_syncs_from_warehouse_and_space.result
function functions.list_selective_syncs_from_warehouse_and_space(args) end

---Choose which profile tables and columns are synced.
---@param args segment.update_selective_sync_for_warehouse_and_space.args
---@overload fun(spaceId: string, warehouseId: string, syncOverrides?: segment.update_selective_sync_for_warehouse_and_space.args.syncOverrides[]): segment.update_selective_sync_for_warehouse_and_space.result
---@return segment.update_selective_sync_for_warehouse_and_space.result
function functions.update_selective_sync_for_warehouse_and_space(args) end

---List the deletion and suppression requests of the workspace.
---@param args segment.list_workspace_regulations.args
---@overload fun(): segment.list_workspace_regulations.result
---@return segment.list_workspace_regulations.result
function functions.list_workspace_regulations(args) end
functions.list_regulations = functions.list_workspace_regulations

---Ask for people's data to be deleted or suppressed everywhere in the workspace.
---@param args segment.create_workspace_regulation.args
---@overload fun(subjectType: "OBJECT_ID"|"USER_ID", subjectIds: string[], regulationType: "DELETE_INTERNAL"|"DELETE_ONLY"|"SUPPRESS_ONLY"|"SUPPRESS_WITH_DELETE"|"SUPPRESS_WITH_DELETE_INTERNAL"|"UNSUPPRESS"): segment.create_workspace_regulation.result
---@return segment.create_workspace_regulation.result
function functions.create_workspace_regulation(args) end
functions.create_regulation = functions.create_workspace_regulation
functions.delete_user_data = functions.create_workspace_regulation

---Ask for objects of one cloud source to be deleted or suppressed.
---@param args segment.create_cloud_source_regulation.args
---@overload fun(sourceId: string, subjectType: "OBJECT_ID", subjectIds: string[], collection: string, regulationType: "DELETE_INTERNAL"|"DELETE_ONLY"|"SUPPRESS_ONLY"|"SUPPRESS_WITH_DELETE"|"SUPPRESS_WITH_DELETE_INTERNAL"|"UNSUPPRESS"): segment.create_cloud_source_regulation.result
---@return segment.create_cloud_source_regulation.result
function functions.create_cloud_source_regulation(args) end

---List the deletion and suppression requests of one source.
---@param args segment.list_regulations_from_source.args
---@overload fun(sourceId: string): segment.list_regulations_from_source.result
---@return segment.list_regulations_from_source.result
function functions.list_regulations_from_source(args) end

---Ask for people's data in one source to be deleted or suppressed.
---@param args segment.create_source_regulation.args
---@overload fun(sourceId: string, regulationType: "DELETE_ARCHIVE_ONLY"|"DELETE_INTERNAL"|"DELETE_ONLY"|"SUPPRESS_ONLY"|"SUPPRESS_WITH_DELETE"|"SUPPRESS_WITH_DELETE_INTERNAL"|"UNSUPPRESS", subjectType: "ANONYMOUS_ID"|"USER_ID", subjectIds: string[]): segment.create_source_regulation.result
---@return segment.create_source_regulation.result
function functions.create_source_regulation(args) end

---Get one deletion or suppression request and how far it came.
---@param args segment.get_regulation.args
---@overload fun(regulateId: string): segment.get_regulation.result
---@return segment.get_regulation.result
function functions.get_regulation(args) end

---List the people whose events are suppressed.
---@param args? {}
---@return segment.list_suppressions.result
function functions.list_suppressions(args) end

---List the Reverse ETL models of the workspace.
---@param args? {}
---@return segment.list_reverse_etl_models.result
function functions.list_reverse_etl_models(args) end

---Create a Reverse ETL model from a query.
---@param args segment.create_reverse_etl_model.args
---@overload fun(sourceId: string, name: string, description: string, enabled: boolean, query: string, queryIdentifierColumn: string): segment.create_reverse_etl_model.result
---@return segment.create_reverse_etl_model.result
function functions.create_reverse_etl_model(args) end

---Get one Reverse ETL model.
---@param args segment.get_reverse_etl_model.args
---@overload fun(modelId: string): segment.get_reverse_etl_model.result
---@return segment.get_reverse_etl_model.result
function functions.get_reverse_etl_model(args) end

---Change a Reverse ETL model: its query, name, or whether it runs.
---@param args segment.update_reverse_etl_model.args
---@overload fun(modelId: string, enabled?: boolean): segment.update_reverse_etl_model.result
---@return segment.update_reverse_etl_model.result
function functions.update_reverse_etl_model(args) end

---Delete a Reverse ETL model.
---@param args segment.delete_reverse_etl_model.args
---@overload fun(modelId: string): segment.delete_reverse_etl_model.result
---@return segment.delete_reverse_etl_model.result
function functions.delete_reverse_etl_model(args) end

---List the syncs of a model to one mapping, newest first.
---@param args segment.list_reverse_etl_sync_statuses_from_model_and_subscription_id.args
---@overload fun(modelId: string, subscriptionId: string): segment.list_reverse_etl_sync_statuses_from_model_and_subscription_id.result
---@return segment.list_reverse_etl_sync_statuses_from_model_and_subscription_id.result
function functions.list_reverse_etl_sync_statuses_from_model_and_subscription_id(args) end

---Get how one Reverse ETL sync went.
---@param args segment.get_reverse_etl_sync_status.args
---@overload fun(modelId: string, syncId: string): segment.get_reverse_etl_sync_status.result
---@return segment.get_reverse_etl_sync_status.result
function functions.get_reverse_etl_sync_status(args) end

---Cancel a Reverse ETL sync that is under way.
---@param args segment.cancel_reverse_etl_sync_for_model.args
---@overload fun(modelId: string, syncId: string): segment.cancel_reverse_etl_sync_for_model.result
---@return segment.cancel_reverse_etl_sync_for_model.result
function functions.cancel_reverse_etl_sync_for_model(args) end

---Start a Reverse ETL sync now.
---@param args segment.create_reverse_etl_manual_sync.args
---@overload fun(sourceId: string, modelId: string, subscriptionId: string): segment.create_reverse_etl_manual_sync.result
---@return segment.create_reverse_etl_manual_sync.result
function functions.create_reverse_etl_manual_sync(args) end

---Get the hours at which a warehouse is synced.
---@param args segment.get_advanced_sync_schedule_from_warehouse.args
---@overload fun(warehouseId: string): segment.get_advanced_sync_schedule_from_warehouse.result
---@return segment.get_advanced_sync_schedule_from_warehouse.result
function functions.get_advanced_sync_schedule_from_warehouse(args) end

---Set the hours at which a warehouse is synced, in place of the earlier ones.
---@param args segment.replace_advanced_sync_schedule_for_warehouse.args
---@overload fun(warehouseId: string, enabled: boolean, schedule?: segment.replace_advanced_sync_schedule_for_warehouse.args.schedule): segment.replace_advanced_sync_schedule_for_warehouse.result
---@return segment.replace_advanced_sync_schedule_for_warehouse.result
function functions.replace_advanced_sync_schedule_for_warehouse(args) end

---List which tables and columns of a source are synced to a warehouse.
---@param args segment.list_selective_syncs_from_warehouse_and_source.args
---@overload fun(warehouseId: string, sourceId: string): segment.list_selective_syncs_from_warehouse_and_source.result
---@return segment.list_selective_syncs_from_warehouse_and_source.result
function functions.list_selective_syncs_from_warehouse_and_source(args) end

---List the past syncs of one source to a warehouse.
---@param args segment.list_syncs_from_warehouse_and_source.args
---@overload fun(warehouseId: string, sourceId: string): segment.list_syncs_from_warehouse_and_source.result
---@return segment.list_syncs_from_warehouse_and_source.result
function functions.list_syncs_from_warehouse_and_source(args) end

---Choose which tables and columns are synced to a warehouse.
---@param args segment.update_selective_sync_for_warehouse.args
---@overload fun(warehouseId: string, syncOverrides: segment.update_selective_sync_for_warehouse.args.syncOverrides[]): segment.update_selective_sync_for_warehouse.result
---@return segment.update_selective_sync_for_warehouse.result
function functions.update_selective_sync_for_warehouse(args) end

---List the past syncs of a warehouse.
---@param args segment.list_syncs_from_warehouse.args
---@overload fun(warehouseId: string): segment.list_syncs_from_warehouse.result
---@return segment.list_syncs_from_warehouse.result
function functions.list_syncs_from_warehouse(args) end

---List all sources of a workspace.
---@param args segment.list_sources.args
---@overload fun(slug?: string): segment.list_sources.result
---@return segment.list_sources.result
function functions.list_sources(args) end
functions.segment_list_sources = functions.list_sources

---Get one source of a workspace by its id.
---@param args segment.get_source.args
---@overload fun(slug?: string, id: string): segment.get_source.result
---@return segment.get_source.result
function functions.get_source(args) end
functions.segment_get_source = functions.get_source

---Create a source.
---@param args segment.create_source.args
---@overload fun(slug: string, enabled: boolean, metadataId: string): segment.create_source.result
---@return segment.create_source.result
function functions.create_source(args) end

---Change a source: its name, slug, settings, or whether it takes events.
---@param args segment.update_source.args
---@overload fun(sourceId: string, name?: string, enabled?: boolean): segment.update_source.result
---@return segment.update_source.result
function functions.update_source(args) end

---Delete a source.
---@param args segment.delete_source.args
---@overload fun(sourceId: string): segment.delete_source.result
---@return segment.delete_source.result
function functions.delete_source(args) end

---List the destinations a source sends to.
---@param args segment.list_connected_destinations_from_source.args
---@overload fun(sourceId: string): segment.list_connected_destinations_from_source.result
---@return segment.list_connected_destinations_from_source.result
function functions.list_connected_destinations_from_source(args) end

---List the warehouses a source is loaded into.
---@param args segment.list_connected_warehouses_from_source.args
---@overload fun(sourceId: string): segment.list_connected_warehouses_from_source.result
---@return segment.list_connected_warehouses_from_source.result
function functions.list_connected_warehouses_from_source(args) end

---Put further labels on a source.
---@param args segment.add_labels_to_source.args
---@overload fun(sourceId: string, labels: segment.add_labels_to_source.args.labels[]): segment.add_labels_to_source.result
---@return segment.add_labels_to_source.result
function functions.add_labels_to_source(args) end

---Make the given labels the only ones on a source.
---@param args segment.replace_labels_in_source.args
---@overload fun(sourceId: string, labels: segment.replace_labels_in_source.args.labels[]): segment.replace_labels_in_source.result
---@return segment.replace_labels_in_source.result
function functions.replace_labels_in_source(args) end

---Get how a source treats events that break its tracking plan.
---@param args segment.list_schema_settings_in_source.args
---@overload fun(sourceId: string): segment.list_schema_settings_in_source.result
---@return segment.list_schema_settings_in_source.result
function functions.list_schema_settings_in_source(args) end
functions.get_schema_settings = functions.list_schema_settings_in_source

---Change how a source treats events that break its tracking plan.
---@param args segment.update_schema_settings_in_source.args
---@overload fun(sourceId: string, track?: segment.update_schema_settings_in_source.args.track): segment.update_schema_settings_in_source.result
---@return segment.update_schema_settings_in_source.result
function functions.update_schema_settings_in_source(args) end

---Give a source another write key.
---@param args segment.create_write_key_for_source.args
---@overload fun(sourceId: string): segment.create_write_key_for_source.result
---@return segment.create_write_key_for_source.result
function functions.create_write_key_for_source(args) end

---Take a write key away from a source; senders that use it stop being heard.
---@param args segment.remove_write_key_from_source.args
---@overload fun(sourceId: string, writeKey: string): segment.remove_write_key_from_source.result
---@return segment.remove_write_key_from_source.result
function functions.remove_write_key_from_source(args) end

---List the filters of a space's destination.
---@param args segment.list_filters_for_space.args
---@overload fun(integrationId: string): segment.list_filters_for_space.result
---@return segment.list_filters_for_space.result
function functions.list_filters_for_space(args) end

---Add a filter to a space's destination.
---@param args segment.create_filter_for_space.args
---@overload fun(integrationId: string, name: string, if: string, enabled?: boolean, drop?: boolean): segment.create_filter_for_space.result
---@return segment.create_filter_for_space.result
function functions.create_filter_for_space(args) end

---Get one space filter.
---@param args segment.get_filter_by_id.args
---@overload fun(id: string): segment.get_filter_by_id.result
---@return segment.get_filter_by_id.result
function functions.get_filter_by_id(args) end
functions.get_space_filter = functions.get_filter_by_id

---Change a space filter.
---@param args segment.update_filter_by_id.args
---@overload fun(id: string, integrationId: string, enabled?: boolean): segment.update_filter_by_id.result
---@return segment.update_filter_by_id.result
function functions.update_filter_by_id(args) end
functions.update_space_filter = functions.update_filter_by_id

---Delete a space filter.
---@param args segment.delete_filter_by_id.args
---@overload fun(id: string): segment.delete_filter_by_id.result
---@return segment.delete_filter_by_id.result
function functions.delete_filter_by_id(args) end
functions.delete_space_filter = functions.delete_filter_by_id

---List the properties of an entity.
---@param args segment.list_properties_from_entity.args
---@overload fun(spaceId: string, entitySlug: string): segment.list_properties_from_entity.result
---@return segment.list_properties_from_entity.result
function functions.list_properties_from_entity(args) end

---List sample values of an entity's property.
---@param args segment.list_sample_values_from_entity_property.args
---@overload fun(spaceId: string, entitySlug: string, propertyName: string): segment.list_sample_values_from_entity_property.result
---@return segment.list_sample_values_from_entity_property.result
function functions.list_sample_values_from_entity_property(args) end

---List how the entities of a space are linked.
---@param args segment.list_entity_paths.args
---@overload fun(spaceId: string): segment.list_entity_paths.result
---@return segment.list_entity_paths.result
function functions.list_entity_paths(args) end

---List the events a space has seen.
---@param args segment.list_events.args
---@overload fun(spaceId: string): segment.list_events.result
---@return segment.list_events.result
function functions.list_events(args) end

---List the properties an event of a space has been seen with.
---@param args segment.list_properties_from_event.args
---@overload fun(spaceId: string, eventName: string): segment.list_properties_from_event.result
---@return segment.list_properties_from_event.result
function functions.list_properties_from_event(args) end

---List sample values of an event's property.
---@param args segment.list_sample_values_from_event_property.args
---@overload fun(spaceId: string, eventName: string, propertyName: string, propertyType: "CONTEXT"|"PROPERTY"): segment.list_sample_values_from_event_property.result
---@return segment.list_sample_values_from_event_property.result
function functions.list_sample_values_from_event_property(args) end

---List the traits a space has seen.
---@param args segment.list_traits.args
---@overload fun(spaceId: string): segment.list_traits.result
---@return segment.list_traits.result
function functions.list_traits(args) end

---List sample values of a trait.
---@param args segment.list_sample_values_from_trait.args
---@overload fun(spaceId: string, traitKey: string): segment.list_sample_values_from_trait.result
---@return segment.list_sample_values_from_trait.result
function functions.list_sample_values_from_trait(args) end

---List the spaces of the workspace.
---@param args? {}
---@return segment.list_spaces.result
function functions.list_spaces(args) end

---Get one space.
---@param args segment.get_space.args
---@overload fun(spaceId: string): segment.get_space.result
---@return segment.get_space.result
function functions.get_space(args) end

---Set whether people get e-mail, SMS, WhatsApp or push messages, in place of what was set before.
---@param args segment.replace_messaging_subscriptions_in_spaces.args
---@overload fun(spaceId: string, subscriptions: segment.replace_messaging_subscriptions_in_spaces.args.subscriptions[]): segment.replace_messaging_subscriptions_in_spaces.result
---@return segment.replace_messaging_subscriptions_in_spaces.result
function functions.replace_messaging_subscriptions_in_spaces(args) end

---Look up whether people get e-mail, SMS, WhatsApp or push messages.
---@param args segment.batch_query_messaging_subscriptions_for_space.args
---@overload fun(spaceId: string, subscriptions: segment.batch_query_messaging_subscriptions_for_space.args.subscriptions[]): segment.batch_query_messaging_subscriptions_for_space.result
---@return segment.batch_query_messaging_subscriptions_for_space.result
function functions.batch_query_messaging_subscriptions_for_space(args) end

---Send a message and get it back, late or as an error if wished.
---@param args segment.echo.args
---@overload fun(message: string): segment.echo.result
---@return segment.echo.result
function functions.echo(args) end

---Tie traits such as name, e-mail and plan to a user, so that everything they do is attributed to one person.
---@param args segment.identify_user.args
---@overload fun(userId?: string|integer, traits?: table<string, any>): segment.identify_user.result
---@return segment.identify_user.result
function functions.identify_user(args) end
functions.identify = functions.identify_user
functions.segment_identify = functions.identify_user

---Record one action a user performed, with any properties worth knowing.
---@param args segment.track_event.args
---@overload fun(event: string, userId?: string|integer, properties?: table<string, any>): segment.track_event.result
---@return segment.track_event.result
function functions.track_event(args) end
functions.track = functions.track_event
functions.segment_track = functions.track_event

---Record that a user viewed a page of a website.
---@param args segment.page_view.args
---@overload fun(name?: string, userId?: string|integer, properties?: table<string, any>): segment.page_view.result
---@return segment.page_view.result
function functions.page_view(args) end
functions.page = functions.page_view
functions.segment_page = functions.page_view

---Put a user into a group such as a company, an organization or an account, and tie traits to the group.
---@param args segment.group.args
---@overload fun(groupId: string|integer, userId?: string|integer, traits?: table<string, any>): segment.group.result
---@return segment.group.result
function functions.group(args) end
functions.segment_group = functions.group
functions.group_user = functions.group

---Record that a user viewed a screen of a mobile or desktop app.
---@param args segment.screen.args
---@overload fun(name?: string, userId?: string|integer, properties?: table<string, any>): segment.screen.result
---@return segment.screen.result
function functions.screen(args) end
functions.screen_view = functions.screen
functions.segment_screen = functions.screen

---Join two ids of the same person: what happened under `previousId` belongs to `userId` from now on.
---@param args segment.alias.args
---@overload fun(previousId: string|integer, userId: string|integer): segment.alias.result
---@return segment.alias.result
function functions.alias(args) end
functions.alias_user = functions.alias
functions.segment_alias = functions.alias

---Send many events of any kind together.
---@param args segment.batch.args
---@overload fun(batch: table<string, any>[]): segment.batch.result
---@return segment.batch.result
function functions.batch(args) end
functions.send_batch = functions.batch
functions.segment_batch = functions.batch

---List the tracking plans of the workspace.
---@param args segment.list_tracking_plans.args
---@overload fun(type?: "ENGAGE"|"LIVE"|"PROPERTY_LIBRARY"|"RULE_LIBRARY"|"TEMPLATE"): segment.list_tracking_plans.result
---@return segment.list_tracking_plans.result
function functions.list_tracking_plans(args) end

---Create a tracking plan, without rules as yet.
---@param args segment.create_tracking_plan.args
---@overload fun(name: string, type: "ENGAGE"|"LIVE"|"PROPERTY_LIBRARY"|"RULE_LIBRARY"|"TEMPLATE", description?: string): segment.create_tracking_plan.result
---@return segment.create_tracking_plan.result
function functions.create_tracking_plan(args) end

---Get one tracking plan, without its rules.
---@param args segment.get_tracking_plan.args
---@overload fun(trackingPlanId: string): segment.get_tracking_plan.result
---@return segment.get_tracking_plan.result
function functions.get_tracking_plan(args) end

---Rename a tracking plan or change its description.
---@param args segment.update_tracking_plan.args
---@overload fun(trackingPlanId: string, name?: string): segment.update_tracking_plan.result
---@return segment.update_tracking_plan.result
function functions.update_tracking_plan(args) end

---Delete a tracking plan.
---@param args segment.delete_tracking_plan.args
---@overload fun(trackingPlanId: string): segment.delete_tracking_plan.result
---@return segment.delete_tracking_plan.result
function functions.delete_tracking_plan(args) end

---List the rules of a tracking plan: one JSON Schema per event.
---@param args segment.list_rules_from_tracking_plan.args
---@overload fun(trackingPlanId: string): segment.list_rules_from_tracking_plan.result
---@return segment.list_rules_from_tracking_plan.result
function functions.list_rules_from_tracking_plan(args) end
functions.list_tracking_plan_rules = functions.list_rules_from_tracking_plan

---Make the given rules the only ones of a tracking plan.
---@param args segment.replace_rules_in_tracking_plan.args
---@overload fun(trackingPlanId: string, rules: segment.replace_rules_in_tracking_plan.args.rules[]): segment.replace_rules_in_tracking_plan.result
---@return segment.replace_rules_in_tracking_plan.result
function functions.replace_rules_in_tracking_plan(args) end

---Add rules to a tracking plan, or change those that are there.
---@param args segment.update_rules_in_tracking_plan.args
---@overload fun(trackingPlanId: string, rules: segment.update_rules_in_tracking_plan.args.rules[]): segment.update_rules_in_tracking_plan.result
---@return segment.update_rules_in_tracking_plan.result
function functions.update_rules_in_tracking_plan(args) end
functions.upsert_tracking_plan_rules = functions.update_rules_in_tracking_plan

---Delete rules from a tracking plan.
---@param args segment.remove_rules_from_tracking_plan.args
---@overload fun(trackingPlanId: string, rules: segment.remove_rules_from_tracking_plan.args.rules[]): segment.remove_rules_from_tracking_plan.result
---@return segment.remove_rules_from_tracking_plan.result
function functions.remove_rules_from_tracking_plan(args) end

---List the sources held to a tracking plan.
---@param args segment.list_sources_from_tracking_plan.args
---@overload fun(trackingPlanId: string): segment.list_sources_from_tracking_plan.result
---@return segment.list_sources_from_tracking_plan.result
function functions.list_sources_from_tracking_plan(args) end

---Hold a source to a tracking plan.
---@param args segment.add_source_to_tracking_plan.args
---@overload fun(trackingPlanId: string, sourceId: string): segment.add_source_to_tracking_plan.result
---@return segment.add_source_to_tracking_plan.result
function functions.add_source_to_tracking_plan(args) end

---Free a source from a tracking plan.
---@param args segment.remove_source_from_tracking_plan.args
---@overload fun(trackingPlanId: string, sourceId: string): segment.remove_source_from_tracking_plan.result
---@return segment.remove_source_from_tracking_plan.result
function functions.remove_source_from_tracking_plan(args) end

---List the transformations of the workspace.
---@param args? {}
---@return segment.list_transformations.result
function functions.list_transformations(args) end

---Create a transformation of a source's events.
---@param args segment.create_transformation.args
---@overload fun(name: string, sourceId: string, enabled: boolean, if: string, newEventName?: string): segment.create_transformation.result
---@return segment.create_transformation.result
function functions.create_transformation(args) end

---Get one transformation.
---@param args segment.get_transformation.args
---@overload fun(transformationId: string): segment.get_transformation.result
---@return segment.get_transformation.result
function functions.get_transformation(args) end

---Change a transformation.
---@param args segment.update_transformation.args
---@overload fun(transformationId: string, enabled?: boolean): segment.update_transformation.result
---@return segment.update_transformation.result
function functions.update_transformation(args) end

---Delete a transformation.
---@param args segment.delete_transformation.args
---@overload fun(transformationId: string): segment.delete_transformation.result
---@return segment.delete_transformation.result
function functions.delete_transformation(args) end

---Get the workspace's API calls of each day of a month.
---@param args segment.get_daily_workspace_api_calls_usage.args
---@overload fun(period: string): segment.get_daily_workspace_api_calls_usage.result
---@return segment.get_daily_workspace_api_calls_usage.result
function functions.get_daily_workspace_api_calls_usage(args) end

---Get each source's API calls of each day of a month.
---@param args segment.get_daily_per_source_api_calls_usage.args
---@overload fun(period: string): segment.get_daily_per_source_api_calls_usage.result
---@return segment.get_daily_per_source_api_calls_usage.result
function functions.get_daily_per_source_api_calls_usage(args) end

---Get the workspace's tracked users of each day of a month.
---@param args segment.get_daily_workspace_mtu_usage.args
---@overload fun(period: string): segment.get_daily_workspace_mtu_usage.result
---@return segment.get_daily_workspace_mtu_usage.result
function functions.get_daily_workspace_mtu_usage(args) end

---Get each source's tracked users of each day of a month.
---@param args segment.get_daily_per_source_mtu_usage.args
---@overload fun(period: string): segment.get_daily_per_source_mtu_usage.result
---@return segment.get_daily_per_source_mtu_usage.result
function functions.get_daily_per_source_mtu_usage(args) end

---Count the events of the workspace over time, by source, name, type or app version.
---@param args segment.get_events_volume_from_workspace.args
---@overload fun(granularity: "DAY"|"HOUR"|"MINUTE", startTime: string, endTime: string): segment.get_events_volume_from_workspace.result
---@return segment.get_events_volume_from_workspace.result
function functions.get_events_volume_from_workspace(args) end

---List the members of the workspace.
---@param args? {}
---@return segment.list_users.result
function functions.list_users(args) end
functions.segment_list_users = functions.list_users

---List the roles a person can be given.
---@param args? {}
---@return segment.list_roles.result
function functions.list_roles(args) end

---List the people invited to the workspace who have not joined yet.
---@param args? {}
---@return segment.list_invites.result
function functions.list_invites(args) end

---Invite people to the workspace.
---@param args segment.create_invites.args
---@overload fun(invites: segment.create_invites.args.invites[]): segment.create_invites.result
---@return segment.create_invites.result
function functions.create_invites(args) end
functions.invite_users = functions.create_invites

---Withdraw invitations.
---@param args segment.delete_invites.args
---@overload fun(emails: string[]): segment.delete_invites.result
---@return segment.delete_invites.result
function functions.delete_invites(args) end

---Remove people from the workspace.
---@param args segment.delete_users.args
---@overload fun(userIds: string[]): segment.delete_users.result
---@return segment.delete_users.result
function functions.delete_users(args) end
functions.remove_users = functions.delete_users

---Get one member of the workspace, with permissions.
---@param args segment.get_user.args
---@overload fun(userId: string): segment.get_user.result
---@return segment.get_user.result
function functions.get_user(args) end

---List the user groups a member belongs to.
---@param args segment.list_user_groups_from_user.args
---@overload fun(userId: string): segment.list_user_groups_from_user.result
---@return segment.list_user_groups_from_user.result
function functions.list_user_groups_from_user(args) end

---Give a member further permissions.
---@param args segment.add_permissions_to_user.args
---@overload fun(userId: string, permissions: segment.add_permissions_to_user.args.permissions[]): segment.add_permissions_to_user.result
---@return segment.add_permissions_to_user.result
function functions.add_permissions_to_user(args) end

---Make the given permissions the only ones of a member.
---@param args segment.replace_permissions_for_user.args
---@overload fun(userId: string, permissions: segment.replace_permissions_for_user.args.permissions[]): segment.replace_permissions_for_user.result
---@return segment.replace_permissions_for_user.result
function functions.replace_permissions_for_user(args) end

---List the warehouses of the workspace.
---@param args? {}
---@return segment.list_warehouses.result
function functions.list_warehouses(args) end

---Connect a warehouse to the workspace.
---@param args segment.create_warehouse.args
---@overload fun(metadataId: string, settings: table<string, any>, name?: string, enabled?: boolean): segment.create_warehouse.result
---@return segment.create_warehouse.result
function functions.create_warehouse(args) end

---Check whether a warehouse can be reached with some settings, without creating it.
---@param args segment.create_validation_in_warehouse.args
---@overload fun(metadataId: string, settings: table<string, any>): segment.create_validation_in_warehouse.result
---@return segment.create_validation_in_warehouse.result
function functions.create_validation_in_warehouse(args) end
functions.validate_warehouse = functions.create_validation_in_warehouse

---Get one warehouse.
---@param args segment.get_warehouse.args
---@overload fun(warehouseId: string): segment.get_warehouse.result
---@return segment.get_warehouse.result
function functions.get_warehouse(args) end

---Change a warehouse: its name, settings, or whether it is loaded.
---@param args segment.update_warehouse.args
---@overload fun(warehouseId: string, settings: table<string, any>, name?: string): segment.update_warehouse.result
---@return segment.update_warehouse.result
function functions.update_warehouse(args) end

---Delete a warehouse; the database itself stays.
---@param args segment.delete_warehouse.args
---@overload fun(warehouseId: string): segment.delete_warehouse.result
---@return segment.delete_warehouse.result
function functions.delete_warehouse(args) end

---List the sources that are loaded into a warehouse.
---@param args segment.list_connected_sources_from_warehouse.args
---@overload fun(warehouseId: string): segment.list_connected_sources_from_warehouse.result
---@return segment.list_connected_sources_from_warehouse.result
function functions.list_connected_sources_from_warehouse(args) end

---Load a source into a warehouse from now on.
---@param args segment.add_connection_from_source_to_warehouse.args
---@overload fun(warehouseId: string, sourceId: string): segment.add_connection_from_source_to_warehouse.result
---@return segment.add_connection_from_source_to_warehouse.result
function functions.add_connection_from_source_to_warehouse(args) end

---Stop loading a source into a warehouse.
---@param args segment.remove_source_connection_from_warehouse.args
---@overload fun(warehouseId: string, sourceId: string): segment.remove_source_connection_from_warehouse.result
---@return segment.remove_source_connection_from_warehouse.result
function functions.remove_source_connection_from_warehouse(args) end

---Get whether Segment can reach a warehouse.
---@param args segment.get_connection_state_from_warehouse.args
---@overload fun(warehouseId: string): segment.get_connection_state_from_warehouse.result
---@return segment.get_connection_state_from_warehouse.result
function functions.get_connection_state_from_warehouse(args) end

---Get a workspace by its slug.
---@param args segment.get_workspace.args
---@overload fun(slug?: string): segment.get_workspace.result
---@return segment.get_workspace.result
function functions.get_workspace(args) end
functions.segment_get_workspace = functions.get_workspace

---Say whom the API token stands for. Good for checking credentials.
---@param args? {}
---@return segment.get_current_user.result
function functions.get_current_user(args) end
functions.segment_get_current_user = functions.get_current_user
functions.whoami = functions.get_current_user

---Customer data platform: send events about people and companies, and look after the workspace that receives them.
---@class segment: segment.functions
---@field default segment.functions the default account
---@field [string] segment.functions an account by name

---@class app.integrations
---@field segment segment
